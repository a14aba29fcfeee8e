//! `cairn demo`: several days of collecting in a simulated radio world, from first fix to leaderboard.

pub mod report;
