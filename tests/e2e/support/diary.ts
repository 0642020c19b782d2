import type { UnsentFile } from "./transfer.ts";

/** The moment at which pictures are taken: a Wednesday evening, with entries on the days before. */
export const NOW = new Date("2026-11-18T20:00:00+01:00");

/** Days before `NOW`, time of day, labels, topics, note. */
type Line = [days: number, time: string, labels: string[], topics: string[], note: string];

/** Some weeks of a person nobody knows. */
const LINES: Line[] = [
  [0, "18:40", ["grateful"], ["friends"], "Coffee with Noor. We laughed about the same things as ten years ago."],
  [0, "12:15", ["stressed", "worried"], ["work", "tasks"], "Three things due on Friday, and the second one has hardly begun."],
  [0, "07:30", ["hopeful"], ["weather"], "First frost on the window. It looks like ferns."],
  [1, "21:05", ["peaceful"], ["selfCare"], "An hour of reading, and no telephone."],
  [1, "13:20", ["content"], [], ""],
  [2, "22:10", ["sad", "lonely"], ["family"], "Missed the call from home."],
  [2, "08:45", ["proud"], ["fitness"], "Ran the whole way along the river without a stop."],
  [3, "19:30", ["joyful"], ["hobbies", "community"], "Choir. The last chord hung in the room for a while."],
  [4, "16:00", ["anxious"], ["health"], "Waiting for the letter from the clinic."],
  [5, "20:20", ["happy"], ["partner"], "Cooked together, and burned only the rice."],
  [6, "09:10", ["frustrated"], ["travel"], "The train stood still for forty minutes."],
  [7, "18:00", ["excited"], ["education"], "Got the place on the course!"],
  [9, "11:30", ["peaceful", "grateful"], ["spirituality"], ""],
  [10, "21:45", ["overwhelmed"], ["work", "chores"], "Everything at once again."],
  [12, "17:15", ["amazed"], ["travel", "weather"], "Cranes above the fields, hundreds of them."],
  [14, "08:00", ["content"], [], "A slow morning."],
  [17, "23:20", ["angry"], ["money"], "The deposit, still."],
  [21, "15:40", ["happy"], ["friends", "hobbies"], "Board games until it was dark."],
  [26, "10:05", ["worried"], ["currentEvents"], ""],
  [33, "19:50", ["joyful", "excited"], ["dating"], "A second evening, longer than the first."],
];

/** A file of unsent work with the diary in it: the way in that the app itself has. */
export function diary(): UnsentFile {
  const entities = LINES.map(([days, time, labels, associations, note], index) => {
    const local = localTime(days, time);
    const at = instant(local);
    return {
      kind: "mood",
      id: `00000000-0000-4000-8000-${index.toString(16).padStart(12, "0")}`,
      at_backend: "no",
      deleted: false,
      entity: {
        at,
        zone: "Europe/Berlin",
        local_time: local,
        labels,
        associations,
        ...(note === "" ? {} : { note }),
        source: "manual",
        created_at: at,
        updated_at: at,
      },
      events: [],
    };
  });
  return { format: "lume-unsent", version: 1, account: null, entities };
}

function localTime(daysBefore: number, time: string): string {
  const day = new Date(Date.UTC(2026, 10, 18 - daysBefore));
  return `${day.toISOString().slice(0, 10)}T${time}:00.000`;
}

/** In Berlin it is summer time until the 25th of October. */
function instant(local: string): string {
  const isSummer = local < "2026-10-25T03:00";
  return new Date(`${local}${isSummer ? "+02:00" : "+01:00"}`).toISOString();
}
