//! The network and the server behind it.
//!
//! What becomes of a request is decided when it is sent: whether it arrives, when, how often, and what of the answer
//! comes back. Arriving is an event of its own, which happens even if the tab that sent it is gone.

mod answers;
mod batches;
mod bugs;
mod requests;

use lume_core::ids::EntityId;
use lume_sync::ports::{Request, Response, SendError};
use lume_sync::testing::MemoryBackend;

use crate::checks::{self, About};
use crate::mix::Fault;
use crate::ports::Slot;
use crate::queue::{Event, TaskId};
use crate::trace::digest;
use crate::world::World;

use requests::concerns;
pub(crate) use requests::{is_change, path_of};

/// A refusal in an extended backend's words.
pub(crate) fn refusal(code: lume_wire::ErrorCode) -> Response {
    answers::refusal(true, code)
}

/// What an exchange comes to.
pub(crate) type Exchange = Result<Response, SendError>;

/// See the [module](self).
pub(crate) struct Net {
    pub(crate) backend: MemoryBackend,
    /// What the browser believes.
    pub(crate) seems_online: bool,
    /// Nothing leaves the device until then.
    pub(crate) offline_until_ms: u64,
    /// The server is down until then.
    pub(crate) down_until_ms: u64,
    /// A portal answers everything until then.
    pub(crate) portal_until_ms: u64,
    /// The server fails at every change of this entity.
    pub(crate) poison: Option<EntityId>,
}

/// A request on its way to the server.
pub(crate) struct Arrival {
    request: Request,
    about: About,
    sender: TaskId,
    reply: Option<Reply>,
}

/// How the answer comes back.
struct Reply {
    slot: Slot<Exchange>,
    delay_ms: u64,
    mangled: Mangled,
}

/// What happens to an answer on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mangled {
    Whole,
    Truncated,
    Garbled,
    Failed,
}

/// What becomes of a request.
enum Course {
    /// Nothing arrives and nothing comes back but an error.
    Lost { after_ms: u64, error: SendError },
    /// Somebody else answers, or the server without having done anything.
    Instead { after_ms: u64, response: Response },
    /// It arrives, and an answer comes back.
    Answered {
        there_ms: u64,
        back_ms: u64,
        mangled: Mangled,
        again_ms: Option<u64>,
    },
    /// It arrives, and the client never learns.
    Unanswered {
        there_ms: u64,
        after_ms: u64,
        error: SendError,
    },
}

/// Sends a request; what comes of it is put into the slot some time.
pub(crate) fn send(
    world: &mut World,
    tab: usize,
    database: usize,
    request: Request,
    slot: &Slot<Exchange>,
) {
    let about = checks::on_send(world, tab, database, &request);
    let task = world.current.map_or(0, |current| current.task);
    let numbers = [
        2,
        tab as u64,
        digest(request.url.as_bytes()),
        digest(request.body.as_deref().unwrap_or_default()),
    ];
    world.say(&numbers, || {
        format!("tab {tab} sends {request:?} for {:?}", about.events)
    });
    match course(world, &request, &about) {
        Course::Lost { after_ms, error } => {
            give_back(world, task, slot, after_ms, about, Err(error));
        }
        Course::Instead { after_ms, response } => {
            give_back(world, task, slot, after_ms, about, Ok(response));
        }
        Course::Unanswered {
            there_ms,
            after_ms,
            error,
        } => {
            let arrival = Arrival {
                request,
                about: about.clone(),
                sender: task,
                reply: None,
            };
            world.after(there_ms, Event::Arrive(Box::new(arrival)));
            give_back(world, task, slot, after_ms, about, Err(error));
        }
        Course::Answered {
            there_ms,
            back_ms,
            mangled,
            again_ms,
        } => {
            if let Some(again_ms) = again_ms {
                let copy = Arrival {
                    request: request.clone(),
                    about: about.clone(),
                    sender: task,
                    reply: None,
                };
                world.after(there_ms + again_ms, Event::Arrive(Box::new(copy)));
            }
            let in_time = there_ms + back_ms < request.timeout_ms;
            if !in_time {
                give_back(
                    world,
                    task,
                    slot,
                    request.timeout_ms,
                    about.clone(),
                    Err(SendError::Timeout),
                );
            }
            let reply = in_time.then(|| Reply {
                slot: slot.handle(),
                delay_ms: back_ms,
                mangled,
            });
            world.after(
                there_ms,
                Event::Arrive(Box::new(Arrival {
                    request,
                    about,
                    sender: task,
                    reply,
                })),
            );
        }
    }
}

/// A request arrives at the server.
pub(crate) fn arrive(world: &mut World, arrival: Arrival) {
    let Arrival {
        request,
        about,
        sender,
        reply,
    } = arrival;
    let event = about.alone();
    // A browser drops what a closed tab had not sent yet, mostly.
    if !world.alive.contains(&sender) && world.rng.per_mille(300) {
        world.say(&[3], || {
            format!(
                "{request:?} for {:?} was dropped with its tab",
                about.events
            )
        });
        return;
    }
    let now = world.server_now();
    let response = world.net.backend.handle(now, &request);
    let response = bugs::broken(world, &request, event, response);
    world.say(&[4, u64::from(response.status)], || {
        format!(
            "server answers {request:?} for {:?}: {response:?}",
            about.events
        )
    });
    checks::on_handled(world, &request, &about, &response);
    let response = batches::mangled(world, &request, response);
    if let Some(reply) = reply {
        let extended = world.mix.is_extended();
        let response = match reply.mangled {
            Mangled::Whole => response,
            Mangled::Truncated => Response {
                body: None,
                ..response
            },
            Mangled::Garbled => Response {
                body: Some(b"{\"success\": tr".to_vec()),
                ..response
            },
            Mangled::Failed => answers::failed(extended),
        };
        give_back(
            world,
            sender,
            &reply.slot,
            reply.delay_ms,
            about,
            Ok(response),
        );
    }
}

fn give_back(
    world: &mut World,
    task: TaskId,
    slot: &Slot<Exchange>,
    after_ms: u64,
    about: About,
    exchange: Exchange,
) {
    let slot = slot.handle();
    let resolve = move |world: &mut World| {
        world.say(&[5], || {
            format!("comes back for {:?}: {exchange:?}", about.events)
        });
        checks::on_answer(world, &about, &exchange);
        slot.fill(exchange);
    };
    world.after(
        after_ms,
        Event::Wake {
            task,
            resolve: Box::new(resolve),
        },
    );
}

fn course(world: &mut World, request: &Request, about: &About) -> Course {
    let quick_ms = world.rng.between(2, 60);
    if world.net.offline_until_ms > world.now_ms {
        return Course::Lost {
            after_ms: quick_ms,
            error: SendError::Network,
        };
    }
    if world.net.portal_until_ms > world.now_ms {
        return Course::Instead {
            after_ms: quick_ms,
            response: answers::portal(&mut world.rng),
        };
    }
    if world.net.down_until_ms > world.now_ms {
        return match world.rng.below(4) {
            0 => Course::Lost {
                after_ms: quick_ms,
                error: SendError::Network,
            },
            1 => Course::Instead {
                after_ms: quick_ms,
                response: answers::unavailable(&mut world.rng),
            },
            2 => Course::Instead {
                after_ms: quick_ms,
                response: answers::failed(world.mix.is_extended()),
            },
            _ => Course::Instead {
                after_ms: quick_ms,
                response: answers::gateway(&mut world.rng),
            },
        };
    }
    if let Some(course) = lost(world, request, quick_ms) {
        return course;
    }
    if let Some(response) = answers::instead(world, request) {
        return Course::Instead {
            after_ms: quick_ms,
            response,
        };
    }
    if let Some(response) = batches::refused(world, request) {
        return Course::Instead {
            after_ms: quick_ms,
            response,
        };
    }
    let poisoned = !about.events.is_empty()
        && world
            .net
            .poison
            .is_some_and(|poison| concerns(request, poison));
    if poisoned {
        return Course::Instead {
            after_ms: quick_ms,
            response: answers::failed(world.mix.is_extended()),
        };
    }
    let slow = world.strikes(Fault::NetSlow);
    let leg = |world: &mut World| {
        if slow {
            world.rng.between(500, 18_000)
        } else {
            world.rng.between(3, 90)
        }
    };
    let (there_ms, back_ms) = (leg(world), leg(world));
    let mangled = if world.strikes(Fault::Truncated) {
        Mangled::Truncated
    } else if world.strikes(Fault::Garbled) {
        Mangled::Garbled
    } else if world.strikes(Fault::ServerFailsAfter) {
        Mangled::Failed
    } else {
        Mangled::Whole
    };
    let again = world.strikes(Fault::RequestDuplicated);
    let again_ms = again.then(|| world.rng.between(0, 40_000));
    Course::Answered {
        there_ms,
        back_ms,
        mangled,
        again_ms,
    }
}

/// Requests and answers that never arrive, or too late.
fn lost(world: &mut World, request: &Request, quick_ms: u64) -> Option<Course> {
    let timeout_ms = request.timeout_ms;
    let there_ms = world.rng.between(3, 90);
    if world.strikes(Fault::Cors) {
        return Some(Course::Lost {
            after_ms: quick_ms,
            error: SendError::Refused,
        });
    }
    if world.strikes(Fault::RequestLost) {
        return Some(Course::Lost {
            after_ms: quick_ms,
            error: SendError::Network,
        });
    }
    if world.strikes(Fault::AnswerLost) {
        return Some(Course::Unanswered {
            there_ms,
            after_ms: there_ms + quick_ms,
            error: SendError::Network,
        });
    }
    if world.strikes(Fault::Hangs) {
        return Some(if world.rng.per_mille(500) {
            Course::Lost {
                after_ms: timeout_ms,
                error: SendError::Timeout,
            }
        } else {
            Course::Unanswered {
                there_ms,
                after_ms: timeout_ms,
                error: SendError::Timeout,
            }
        });
    }
    if world.strikes(Fault::RequestLate) {
        let there_ms = timeout_ms + world.rng.between(0, 120_000);
        return Some(Course::Unanswered {
            there_ms,
            after_ms: timeout_ms,
            error: SendError::Timeout,
        });
    }
    None
}
