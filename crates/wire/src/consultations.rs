//! Consultations: the list, as the seed has it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::text_enum::text_enum;

/// Consultations in a page where the request does not say.
pub const LIMIT_DEFAULT: u32 = 20;
/// Most consultations in a page.
pub const LIMIT_MAX: u32 = 100;

text_enum! {
    /// What the list is filtered by.
    pub enum ConsultationStatus {
        /// Not begun.
        Pending = "pending",
        /// Going on.
        Active = "active",
        /// Finished.
        Completed = "completed",
        /// Left.
        Abandoned = "abandoned",
        /// Put away.
        Archived = "archived",
        /// No filter; in the extended profile only.
        All = "all",
    }
}

text_enum! {
    /// Who answers.
    pub enum Persona {
        /// Food.
        Nutritionist = "nutritionist",
        /// Movement.
        FitnessCoach = "fitness_coach",
        /// Well-being, in depth.
        WellnessSpecialist = "wellness_specialist",
        /// Anything.
        GeneralWellness = "general_wellness",
    }
}

/// Data of `GET /consultations`.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct ConsultationsPage {
    /// The page.
    pub consultations: Vec<Map<String, Value>>,
    /// How many there are with these filters.
    pub total_count: u64,
    /// As asked for.
    pub limit: u32,
    /// As asked for.
    pub offset: u64,
}
