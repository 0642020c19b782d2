/** Numbers drawn from a seed: the same seed draws the same numbers. */
export class Chance {
  private state: number;

  /** `stream` tells apart what draws from the same seed, so that one drawing more leaves the others as they are. */
  constructor(seed: number, stream = 0) {
    this.state = (seed ^ Math.imul(stream + 1, 0x9e3779b1)) >>> 0;
  }

  /** A number from 0 up to 1 (mulberry32). */
  unit(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number below the bound. */
  below(bound: number): number {
    return Math.floor(this.unit() * bound);
  }

  /** Whether something happens that does so with this probability. */
  happens(probability: number): boolean {
    return this.unit() < probability;
  }

  /** One of several. */
  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)];
  }

  /** One of several, the heavier ones more often. */
  weighed<T extends string>(weights: Record<T, number>): T {
    const all = Object.entries(weights) as [T, number][];
    let left = this.unit() * all.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [choice, weight] of all) {
      left -= weight;
      if (left < 0) {
        return choice;
      }
    }
    return all[all.length - 1][0];
  }
}
