//! A simulated phone on a journey: it obeys the supervisor, keeps Android's rules and tells what its sensors hear.

mod told;

use std::collections::{BTreeMap, VecDeque};

use cairn::model::{Fix, Millis, Scan};
use cairn::supervisor::{Command, Event, SensorKind};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::gps::Receiver;
use crate::journey::Journey;
use crate::world::{Listener, World};

pub use told::{Counters, Heard, PhoneParams};

/// Android refuses an app in the foreground its fifth WiFi scan within this time.
const THROTTLE_WINDOW: Millis = Millis::from_secs(120);
/// See [`THROTTLE_WINDOW`].
const THROTTLE_SCANS: usize = 4;
/// Bluetooth results come in batches this far apart.
const BEACONS_EVERY: Millis = Millis::from_secs(5);
/// Mean time between WiFi scans of other apps and of the system itself.
const OTHERS_SCAN_EVERY: Millis = Millis::from_mins(5);
/// Faster than this, in metres per second, the motion sensor sees a walk.
const WALKING: f64 = 0.7;
/// The motion sensor wants to see so many seconds of it.
const SIGNIFICANT: u32 = 5;
/// What the phone itself, GPS for an hour, and a WiFi scan cost, in percent of the battery.
const IDLE_PER_HOUR: f64 = 1.5;
const GPS_PER_HOUR: f64 = 5.0;
const PER_SCAN: f64 = 0.005;

/// A sensor that runs.
struct Running {
    interval: Millis,
    next: Millis,
}

/// A phone. All its times are on its monotonic clock.
pub struct Phone<'a> {
    world: &'a World,
    journey: &'a Journey,
    params: PhoneParams,
    chance: ChaCha8Rng,
    receiver: Receiver,
    now: Millis,
    running: BTreeMap<SensorKind, Running>,
    asked: VecDeque<Millis>,
    others_scan: Millis,
    alarm: Option<Millis>,
    walked: u32,
    battery: f64,
    script: VecDeque<(Millis, Event)>,
    told: Vec<(Millis, Heard)>,
    counters: Counters,
    finished: bool,
}

impl<'a> Phone<'a> {
    /// A phone at the beginning of a journey, with all sensors off.
    pub fn new(world: &'a World, journey: &'a Journey, params: PhoneParams) -> Self {
        let mut chance = ChaCha8Rng::seed_from_u64(params.seed);
        let mut gps = chance.clone();
        gps.set_stream(1);
        let now = journey.start_utc - params.booted_utc;
        let mut script = params.script.clone();
        script.sort_by_key(|(at, _)| *at);
        Self {
            world,
            journey,
            others_scan: now + Millis(chance.random_range(0..OTHERS_SCAN_EVERY.0)),
            battery: params.battery,
            script: script.into(),
            params,
            chance,
            receiver: Receiver::new(gps),
            now,
            running: BTreeMap::new(),
            asked: VecDeque::new(),
            alarm: None,
            walked: 0,
            told: Vec::new(),
            counters: Counters::default(),
            finished: false,
        }
    }

    /// Where it travels.
    pub const fn journey(&self) -> &'a Journey {
        self.journey
    }

    /// The time on its monotonic clock.
    pub const fn now(&self) -> Millis {
        self.now
    }

    /// A monotonic time of its in UTC.
    pub fn utc(&self, mono: Millis) -> Millis {
        self.params.booted_utc + mono
    }

    /// What the journey cost and brought so far.
    pub const fn counters(&self) -> Counters {
        self.counters
    }

    /// Whether the supervisor said that the trip can be closed.
    pub const fn finished(&self) -> bool {
        self.finished
    }

    /// Does what the supervisor says at a time.
    pub fn obey(&mut self, now: Millis, command: &Command) {
        match *command {
            Command::StartSensor { sensor, interval } => {
                // Satellites take their time; the others begin at once.
                let first = if sensor == SensorKind::Gnss { self.chance.random_range(5_000..20_000) } else { 1_000 };
                self.walked = 0;
                self.running.insert(sensor, Running { interval, next: now + Millis(first) });
            }
            Command::StopSensor(sensor) => {
                self.running.remove(&sensor);
            }
            Command::ScanNow(SensorKind::Wifi) => self.ask_wifi(now),
            Command::ScanNow(SensorKind::Cells) => self.hear_cells(now),
            Command::WakeAt(at) => self.alarm = Some(at),
            Command::Finished => self.finished = true,
            Command::ScanNow(_) | Command::Show(_) => {}
        }
    }

    /// Lives up to a time and tells what was heard until then, in order.
    pub fn step(&mut self, until: Millis) -> Vec<(Millis, Heard)> {
        while self.now < until {
            let before = self.now;
            self.now = until.min(before + Millis::from_secs(1));
            self.live(before);
        }
        self.told.sort_by_key(|(at, _)| *at);
        let later = self.told.partition_point(|(at, _)| *at <= until);
        self.told.drain(..later).collect()
    }

    /// One second at most.
    fn live(&mut self, before: Millis) {
        let now = self.now;
        let since_start = self.since_start(now);
        let state = self.journey.at(since_start);
        let took = now - before;
        self.counters.travelled.0 += state.speed * took.secs();
        while let Some((_, event)) = self.script.pop_front_if(|(at, _)| *at <= since_start) {
            if let Event::Failed(sensor) | Event::Provider { sensor, on: false } = event {
                self.running.remove(&sensor);
            }
            self.tell(now, Heard::Event(event));
        }
        self.drain_battery(took);
        self.hear_gnss(now);
        if self.due(SensorKind::Beacons, BEACONS_EVERY) {
            self.hear_beacons(before, now);
        }
        if now >= self.others_scan {
            self.others_scan = now + Millis(self.chance.random_range(0..2 * OTHERS_SCAN_EVERY.0));
            if self.running.contains_key(&SensorKind::Wifi) {
                self.hear_wifi(now);
            }
        }
        self.walked = if state.speed > WALKING { self.walked + 1 } else { 0 };
        if self.walked >= SIGNIFICANT && self.running.contains_key(&SensorKind::Motion) {
            self.walked = 0;
            self.tell(now, Heard::Event(Event::Moved));
        }
        if let Some(at) = self.alarm.take_if(|at| *at <= now) {
            self.tell(at.max(before), Heard::Event(Event::Tick));
        }
    }

    fn since_start(&self, mono: Millis) -> Millis {
        self.utc(mono) - self.journey.start_utc
    }

    fn tell(&mut self, at: Millis, heard: Heard) {
        self.told.push((at, heard));
    }

    /// Whether a running sensor is due to tell something; the next time is `every` later.
    fn due(&mut self, sensor: SensorKind, every: Millis) -> bool {
        let now = self.now;
        let Some(running) = self.running.get_mut(&sensor).filter(|running| running.next <= now) else { return false };
        running.next = now + every;
        true
    }

    fn drain_battery(&mut self, took: Millis) {
        let gps = self.running.contains_key(&SensorKind::Gnss);
        if gps {
            self.counters.gps_on = self.counters.gps_on + took;
        }
        let before = self.battery.ceil();
        let per_hour = IDLE_PER_HOUR + if gps { GPS_PER_HOUR } else { 0.0 };
        self.battery = (self.battery - per_hour * took.secs() / 3_600.0).max(0.0);
        if self.battery.ceil() < before {
            let percent = self.battery.ceil() as u8;
            self.tell(self.now, Heard::Event(Event::Battery { percent, charging: false }));
        }
    }

    fn hear_gnss(&mut self, now: Millis) {
        let Some(interval) = self.running.get(&SensorKind::Gnss).map(|running| running.interval) else { return };
        if !self.due(SensorKind::Gnss, interval) {
            return;
        }
        let since_start = self.since_start(now);
        let state = self.journey.at(since_start);
        let episodes = self.journey.episodes.iter();
        let trouble = episodes.rev().find(|e| (e.from..e.until).contains(&since_start)).map(|e| e.trouble);
        let Some(fix) = self.receiver.fix(now, self.utc(now), &state, trouble) else { return };
        let fix = Fix { utc_offset_min: Some(self.journey.utc_offset_min), ..fix };
        self.counters.fixes += 1;
        let event = Event::Fix { place: fix.place, accuracy: fix.accuracy, speed: fix.speed };
        self.tell(now, Heard::Fix(fix));
        self.tell(now, Heard::Event(event));
    }

    fn ask_wifi(&mut self, now: Millis) {
        while self.asked.pop_front_if(|at| now - *at >= THROTTLE_WINDOW).is_some() {}
        if self.params.throttled && self.asked.len() >= THROTTLE_SCANS {
            self.tell(now, Heard::Event(Event::Throttled(SensorKind::Wifi)));
            return;
        }
        self.asked.push_back(now);
        self.counters.wifi_scans += 1;
        self.battery -= PER_SCAN;
        self.hear_wifi(now);
    }

    /// A scan of all channels that begins now: two to four seconds in which each access point is heard once.
    fn hear_wifi(&mut self, begin: Millis) {
        let end = begin + Millis(self.chance.random_range(2_000..4_000));
        let listener = self.listener(begin, end);
        let wifi = self.world.hear_wifi(&listener, &mut self.chance);
        self.tell_scan(end, SensorKind::Wifi, wifi.len(), Scan { wifi, ..Scan::default() });
    }

    fn hear_cells(&mut self, begin: Millis) {
        let end = begin + Millis(self.chance.random_range(200..900));
        let listener = self.listener(begin, end);
        let cells = self.world.hear_cells(&listener, &mut self.chance);
        self.tell_scan(end, SensorKind::Cells, cells.len(), Scan { cells, ..Scan::default() });
    }

    fn hear_beacons(&mut self, begin: Millis, end: Millis) {
        let listener = self.listener(begin, end);
        let beacons = self.world.hear_beacons(&listener, &mut self.chance);
        if !beacons.is_empty() {
            self.tell_scan(end, SensorKind::Beacons, beacons.len(), Scan { beacons, ..Scan::default() });
        }
    }

    fn tell_scan(&mut self, at: Millis, sensor: SensorKind, heard: usize, scan: Scan) {
        self.counters.sightings += heard as u64;
        self.tell(at, Heard::Scan(sensor, scan));
        self.tell(at, Heard::Event(Event::Scanned { sensor, heard }));
    }

    fn listener(&self, begin: Millis, end: Millis) -> Listener {
        let place = |mono| self.journey.at(self.since_start(mono)).place;
        Listener {
            way: [place(begin), place(end)],
            mono: begin,
            lasting: end - begin,
            utc: self.utc(begin),
            device_offset_db: self.params.device_offset_db,
        }
    }
}

#[cfg(test)]
mod tests;
