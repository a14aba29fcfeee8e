//! Battery, heat and power saving: whether the phone can bear collecting. Knows no sensor and no user.

use super::policy::{BATTERY_RECOVERY, COOL_DOWN};
use super::{Heat, Pause, Settings};
use crate::model::Millis;

/// What the phone last said about itself; unknown counts as good.
#[derive(Clone, Debug)]
pub(super) struct Conditions {
    low: bool,
    charging: bool,
    heat: Heat,
    cooling_until: Option<Millis>,
    power_save: bool,
}

impl Default for Conditions {
    fn default() -> Self {
        Self { low: false, charging: false, heat: Heat::Normal, cooling_until: None, power_save: false }
    }
}

impl Conditions {
    /// Takes in the charge in percent; low at the mark, good again only some percent above it.
    pub(super) fn battery(&mut self, percent: u8, charging: bool, mark: Option<u8>) {
        self.charging = charging;
        self.low = mark.is_some_and(|mark| {
            let mark = if self.low { mark.saturating_add(BATTERY_RECOVERY - 1) } else { mark };
            percent <= mark
        });
    }

    /// Takes in the temperature.
    pub(super) fn heat(&mut self, now: Millis, heat: Heat) {
        self.cooling_until = match (self.heat, heat) {
            (Heat::Hot, Heat::Warm) => Some(now + COOL_DOWN),
            (_, Heat::Warm) => self.cooling_until,
            (_, Heat::Normal | Heat::Hot) => None,
        };
        self.heat = heat;
    }

    /// Takes in the power saver.
    pub(super) fn power_save(&mut self, on: bool) {
        self.power_save = on;
    }

    /// Why the phone cannot bear collecting now, if so; the most pressing reason first.
    pub(super) fn pause(&self, now: Millis, settings: &Settings) -> Option<Pause> {
        if self.heat == Heat::Hot || self.deadline(now).is_some() {
            Some(Pause::Hot)
        } else if self.charging {
            None
        } else if self.low && settings.battery_low.is_some() {
            Some(Pause::BatteryLow)
        } else {
            (self.power_save && settings.pause_in_power_save).then_some(Pause::PowerSave)
        }
    }

    /// Whether collecting should be spaced out.
    pub(super) fn strained(&self) -> bool {
        self.heat != Heat::Normal || (self.power_save && !self.charging)
    }

    /// When the answer may change by time alone.
    pub(super) fn deadline(&self, now: Millis) -> Option<Millis> {
        self.cooling_until.filter(|&until| until > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_low_battery_pauses_until_it_has_clearly_recovered_or_is_charged() {
        let settings = Settings::default();
        let mut conditions = Conditions::default();
        let table = [(16, false, false), (15, false, true), (16, false, true), (19, false, true), (20, false, false)];
        for (percent, charging, paused) in table.into_iter().chain([(3, true, false), (3, false, true)]) {
            conditions.battery(percent, charging, settings.battery_low);
            assert_eq!(conditions.pause(Millis(0), &settings).is_some(), paused, "{percent} % {charging}");
        }
    }

    #[test]
    fn a_hot_phone_rests_until_it_is_cool_or_has_been_warm_for_a_while() {
        let settings = Settings::default();
        let mut conditions = Conditions::default();
        conditions.heat(Millis(0), Heat::Warm);
        assert_eq!(conditions.pause(Millis(0), &settings), None);
        assert!(conditions.strained());
        conditions.heat(Millis(0), Heat::Hot);
        conditions.heat(Millis(1_000), Heat::Warm);
        assert_eq!(conditions.pause(Millis(1_000), &settings), Some(Pause::Hot));
        assert_eq!(conditions.pause(Millis(1_000) + COOL_DOWN, &settings), None);
        conditions.heat(Millis(2_000), Heat::Normal);
        assert_eq!(conditions.pause(Millis(2_000), &settings), None);
    }

    #[test]
    fn the_power_saver_pauses_or_only_spaces_out_as_the_user_chose() {
        let mut conditions = Conditions::default();
        conditions.power_save(true);
        assert_eq!(conditions.pause(Millis(0), &Settings::default()), Some(Pause::PowerSave));
        let on = Settings { pause_in_power_save: false, ..Settings::default() };
        assert_eq!(conditions.pause(Millis(0), &on), None);
        assert!(conditions.strained());
        conditions.battery(50, true, Some(15));
        assert!(!conditions.strained());
    }
}
