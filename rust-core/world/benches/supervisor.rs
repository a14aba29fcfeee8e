//! What collecting costs and brings over simulated days: this supervisor beside NeoStumbler's cadence and Mozilla Stumbler's
//! pauses, on the same ways with the same phone. And what is stored and sent of it, beside keeping everything, and beside NeoStumbler's way.
//!
//! The others' rules are re-implemented from descriptions of what they do, with their default settings; a modern phone's limit
//! on WiFi scans holds for all of them.

use std::collections::{HashMap, HashSet};
use std::io::Write as _;
use std::path::Path;

use cairn::intake::{Counts, Guard, Intake, weigh};
use cairn::model::{Detail, EmitterKey, Fix, LatLng, Metres, Millis, Report, Scan, Sighting};
use cairn::outbox::wire::{Metadata, encode};
use cairn::supervisor::{Command, Event, SensorKind, Settings, Supervisor};
use cairn_world::tracks::{Point, read_street_map};
use cairn_world::{FIRST_DAY, Heard, Journey, Params, Phone, PhoneParams, Site, Streets, World, drive};
use flate2::Compression;
use flate2::write::GzEncoder;
use rusqlite::{Connection, params};

const DAYS: i64 = 5;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let tracks = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/tracks");
    let map = read_street_map(&tracks.join("helsinki.osm.pbf"))?;
    let streets = Streets::new(&map);
    let days: Vec<Journey> = (0..DAYS).map(|day| a_day(&streets, day)).collect();
    let world = World::build(
        1,
        &Params::default(),
        &[Site::around(244, 1.0, &days.iter().collect::<Vec<_>>(), &map.buildings)],
    );
    let hours: f64 = days.iter().map(|day| day.duration().secs() / 3_600.0).sum();
    let kilometres: f64 = days.iter().map(|day| day.length().0 / 1_000.0).sum();
    println!("{DAYS} days, {hours:.0} hours, {kilometres:.1} km on foot and by car, at rest for most of the time\n");

    let runs = [
        ("Cairn", collect(&world, &days, || Box::new(Supervisor::new(Settings::default())))),
        ("NeoStumbler's cadence and pause", collect(&world, &days, || Box::new(NeoStumbler::default()))),
        ("Mozilla's pauses, with that cadence", collect(&world, &days, || Box::new(Mozilla::default()))),
    ];
    println!(
        "{:<36} {:>10} {:>11} {:>9} {:>22} {:>18}",
        "", "GPS on", "WiFi scans", "emitters", "GPS seconds/emitter", "scans/emitter"
    );
    let mut first = None;
    for (name, run) in &runs {
        let emitters = run.emitters.len() as f64;
        let (gps, scans) = (run.gps_on.secs() / emitters, f64::from(run.wifi_scans) / emitters);
        let (gps_0, scans_0) = *first.get_or_insert((gps, scans));
        println!(
            "{name:<36} {:>8.1} h {:>11} {:>9} {:>12.2} ({:>5.2}x) {:>10.3} ({:>4.2}x)",
            run.gps_on.secs() / 3_600.0,
            run.wifi_scans,
            emitters,
            gps,
            gps / gps_0,
            scans,
            scans / scans_0
        );
    }
    let [(_, ours), (_, theirs), _] = &runs;
    let volumes = [
        ("Cairn", Volume::of(&kept(&ours.days))?),
        ("everything that Cairn heard", Volume::of(&unweighed(&ours.days))?),
        ("everything, NeoStumbler's way", Volume::of(&neostumblers(&theirs.days))?),
    ];
    println!(
        "\n{:<32} {:>8} {:>8} {:>15} {:>22} {:>9}",
        "a km", "reports", "rows", "bytes stored", "bytes sent (gzip)", "emitters"
    );
    let first = volumes[0].1;
    for (name, volume) in &volumes {
        println!(
            "{name:<32} {:>8.1} {:>8.1} {:>7.0} ({:>4.2}x) {:>14.0} ({:>4.2}x) {:>9}",
            volume.reports as f64 / kilometres,
            volume.rows as f64 / kilometres,
            volume.stored as f64 / kilometres,
            volume.stored as f64 / first.stored as f64,
            volume.sent as f64 / kilometres,
            volume.sent as f64 / first.sent as f64,
            volume.emitters
        );
    }
    Ok(())
}

/// From home to work and back, the same way every day, and an errand somewhere else; at rest in between.
fn a_day(streets: &Streets, day: i64) -> Journey {
    let commute = streets.places(&streets.walk(1, 1_800.0));
    let errand = streets.places(&streets.walk(100 + day as u64, 4_000.0));
    let back: Vec<LatLng> = commute.iter().rev().copied().collect();
    let mut utc = Millis(0);
    let mut points = Vec::new();
    for (line, speed, rest) in
        [(&commute, 1.35, 150), (&errand, if day % 2 == 0 { 1.35 } else { 8.0 }, 180), (&back, 1.35, 120)]
    {
        let mut before: Option<LatLng> = None;
        for place in line {
            // Between the end of one way and the beginning of the next nobody is heard: as by underground.
            let metres = before.map_or(0.0, |b| b.distance(*place).0);
            utc = utc + Millis((metres / speed * 1_000.0) as i64).max(Millis(1));
            points.push(Point { place: *place, utc: Some(utc), altitude: None });
            before = Some(*place);
        }
        utc = utc + Millis::from_mins(rest);
        points.extend(before.map(|place| Point { place, utc: Some(utc), altitude: None }));
        utc = utc + Millis::from_mins(2);
    }
    Journey::along("day", FIRST_DAY + Millis::from_days(day) + Millis::from_hours(5), 180, &points)
}

/// What decides when sensors run.
trait Decides {
    fn on(&mut self, now: Millis, event: Event) -> Vec<Command>;
}

impl Decides for Supervisor {
    fn on(&mut self, now: Millis, event: Event) -> Vec<Command> {
        Supervisor::on(self, now, event)
    }
}

/// What a phone told on one day.
#[derive(Default)]
struct Told {
    heard: Vec<Heard>,
}

#[derive(Default)]
struct Run {
    gps_on: Millis,
    wifi_scans: u32,
    emitters: HashSet<EmitterKey>,
    days: Vec<Told>,
}

fn collect(world: &World, days: &[Journey], make: impl Fn() -> Box<dyn Decides>) -> Run {
    let mut run = Run::default();
    for day in days {
        let mut decides = make();
        let mut phone = Phone::new(world, day, PhoneParams::default());
        let mut told = Told::default();
        let counters = drive(&mut phone, |now, event| decides.on(now, event), |_, heard| told.heard.push(heard));
        run.gps_on = run.gps_on + counters.gps_on;
        run.wifi_scans += counters.wifi_scans;
        // The same pairing for all: what nobody can tie to a place helps nobody.
        for passage in passages(&told) {
            run.emitters.extend(passage.sightings.iter().map(Sighting::emitter));
        }
        run.days.push(told);
    }
    run
}

fn passages(told: &Told) -> Vec<cairn::intake::Passage> {
    let (mut intake, guard, mut all) = (Intake::default(), Guard::default(), Vec::new());
    for heard in &told.heard {
        match heard {
            Heard::Fix(fix) => all.extend(intake.fix(fix.clone())),
            Heard::Scan(_, scan) => all.extend(intake.scan(scan.clone(), &guard)),
            Heard::Event(_) => {}
        }
    }
    all.extend(intake.drain());
    all
}

/// What comes of it in the store and on the wire.
#[derive(Clone, Copy)]
struct Volume {
    reports: usize,
    rows: usize,
    stored: u64,
    sent: usize,
    emitters: usize,
}

impl Volume {
    fn of(reports: &[Report]) -> Result<Self, Box<dyn std::error::Error>> {
        let sightings = || reports.iter().flat_map(|r| &r.sightings);
        // As an upload packs it, in batches of as many reports.
        let sent = reports.chunks(950).map(|batch| -> std::io::Result<usize> {
            let mut packed = GzEncoder::new(Vec::new(), Compression::default());
            packed.write_all(&encode(batch, Metadata::Reduced))?;
            Ok(packed.finish()?.len())
        });
        Ok(Self {
            reports: reports.len(),
            rows: reports.len() + sightings().count(),
            stored: stored(reports)?,
            sent: sent.sum::<std::io::Result<usize>>()?,
            emitters: sightings().map(Sighting::emitter).collect::<HashSet<_>>().len(),
        })
    }
}

/// Bytes of a database that holds the reports and nothing else, in the same tables for all.
fn stored(reports: &[Report]) -> rusqlite::Result<u64> {
    let db = Connection::open_in_memory()?;
    db.execute_batch(include_str!("../../../schemas/sql/001_reports.sql"))?;
    db.execute_batch("INSERT INTO trip (id, started) VALUES (1, 0); BEGIN")?;
    for report in reports {
        let fix = &report.fix;
        let cm = |value: Option<Metres>| value.map(|m| (m.0 * 100.0).round() as i64);
        db.prepare_cached(
            "INSERT INTO report (trip, utc, offset, lat, lon, accuracy, altitude, speed, heading, source)
             VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
        )?
        .execute(params![
            fix.utc.0,
            fix.utc_offset_min,
            fix.place.lat_e7(),
            fix.place.lon_e7(),
            cm(fix.accuracy),
            cm(fix.altitude),
            fix.speed.map(|s| (s * 100.0).round() as i64),
            fix.heading.map(|h| (h * 100.0).round() as i64),
        ])?;
        let id = db.last_insert_rowid();
        for s in &report.sightings {
            let (name, number) = match &s.detail {
                Detail::Wifi { ssid, frequency_mhz, .. } => (Some(ssid.bytes()), frequency_mhz.map(i64::from)),
                Detail::Cell { physical, .. } => (None, physical.map(i64::from)),
                Detail::Beacon { .. } => (None, None),
            };
            db.prepare_cached(
                "INSERT INTO sighting (report, emitter, age, signal, ssid, frequency) VALUES (?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![id, s.emitter().to_i64(), s.age.0, s.signal.map(|d| d.0), name, number])?;
        }
    }
    db.execute_batch("COMMIT; VACUUM")?;
    let pages = |what: &str| db.query_row(&format!("PRAGMA {what}"), [], |row| row.get::<_, i64>(0));
    Ok((pages("page_count")? * pages("page_size")?) as u64)
}

/// What is worth storing.
fn kept(days: &[Told]) -> Vec<Report> {
    let (mut memory, mut counts) = (HashMap::new(), Counts::default());
    let passages = days.iter().flat_map(passages);
    passages.filter_map(|p| weigh(p, &mut memory, &mut counts)?.report).collect()
}

/// The same before anything is weighed: whatever was paired with a position.
fn unweighed(days: &[Told]) -> Vec<Report> {
    let reports = days.iter().flat_map(passages).map(|p| Report { fix: p.fix, sightings: p.sightings });
    reports.filter(|r| !r.sightings.is_empty()).collect()
}

/// A new position when it is 30 m or 10 s from the last, each emitter to the position nearest in time, within 30 s; of what is
/// heard of one emitter at one position the latest stays.
fn neostumblers(days: &[Told]) -> Vec<Report> {
    let mut reports = Vec::new();
    for told in days {
        let mut positions: Vec<Fix> = Vec::new();
        for heard in &told.heard {
            let Heard::Fix(fix) = heard else { continue };
            let accurate = fix.accuracy.is_some_and(|a| a.0 <= 100.0);
            let new = positions.last().is_none_or(|last| {
                last.place.distance(fix.place).0 > 30.0 || fix.mono - last.mono > Millis::from_secs(10)
            });
            if accurate && new {
                positions.push(fix.clone());
            }
        }
        // Everything that is heard becomes a sighting by this intake's own reading of a scan; its positions are replaced.
        let mut at: Vec<HashMap<EmitterKey, Sighting>> = vec![HashMap::new(); positions.len()];
        for heard in &told.heard {
            let Heard::Scan(_, scan) = heard else { continue };
            for (mono, sighting) in sightings(scan) {
                let next = positions.partition_point(|p| p.mono < mono);
                let nearest = [next.checked_sub(1), Some(next)].into_iter().flatten().filter(|i| *i < positions.len());
                let Some(i) = nearest.min_by_key(|i| (positions[*i].mono - mono).abs()) else { continue };
                let age = positions[i].mono - mono;
                if age.abs() <= Millis::from_secs(30) {
                    at[i].insert(sighting.emitter(), Sighting { age, place: positions[i].place, ..sighting });
                }
            }
        }
        reports.extend(positions.into_iter().zip(at).filter(|(_, heard)| !heard.is_empty()).map(|(fix, heard)| {
            let mut sightings: Vec<Sighting> = heard.into_values().collect();
            sightings.sort_by_key(Sighting::emitter);
            Report { fix, sightings }
        }));
    }
    reports
}

/// What may be recorded of a scan, each with its time.
fn sightings(scan: &Scan) -> Vec<(Millis, Sighting)> {
    let mut intake = Intake::default();
    let place = LatLng::new(60.0, 25.0).unwrap_or_default();
    let times = scan
        .wifi
        .iter()
        .map(|w| w.mono)
        .chain(scan.cells.iter().map(|c| c.mono))
        .chain(scan.beacons.iter().map(|b| b.mono));
    let Some(last) = times.max() else { return Vec::new() };
    // One fix just after it, so that everything is paired with it and its age tells its time.
    let fix = Fix::gnss(last + Millis(1), FIRST_DAY, place, Metres(5.0));
    let mono = fix.mono;
    intake.scan(scan.clone(), &Guard::default());
    intake.fix(fix);
    intake.drain().into_iter().flat_map(|p| p.sightings).map(|s| (mono - s.age, s)).collect()
}

/// Starts what is to run and asks for scans by the distance walked, as NeoStumbler does with its default settings: WiFi every
/// 50 m and cells every 120 m at the smoothed speed, at least 22.5 s and 5 s apart, at most 60 s.
#[derive(Default)]
struct Cadence {
    speed: f64,
    last: HashMap<SensorKind, Millis>,
}

impl Cadence {
    fn fix(&mut self, speed: Option<f64>) {
        self.speed = 0.15 * speed.unwrap_or(0.0) + 0.85 * self.speed;
    }

    fn due(&mut self, now: Millis) -> Vec<Command> {
        let mut commands = Vec::new();
        for (kind, metres, shortest) in [(SensorKind::Wifi, 50.0, 22.5), (SensorKind::Cells, 120.0, 5.0)] {
            let every = (metres / self.speed.max(1e-3)).clamp(shortest, 60.0);
            let due = self.last.get(&kind).is_none_or(|last| (now - *last).secs() >= every);
            if due {
                self.last.insert(kind, now);
                commands.push(Command::ScanNow(kind));
            }
        }
        commands
    }
}

fn start(sensors: &[(SensorKind, i64)]) -> Vec<Command> {
    sensors
        .iter()
        .map(|(sensor, secs)| Command::StartSensor { sensor: *sensor, interval: Millis::from_secs(*secs) })
        .collect()
}

const RADIOS: [(SensorKind, i64); 3] = [(SensorKind::Wifi, 0), (SensorKind::Cells, 0), (SensorKind::Beacons, 0)];

/// A position every 3 s; scans rest while the phone has stayed within 10 m for 45 s, GPS goes on to see when it moves.
#[derive(Default)]
struct NeoStumbler {
    cadence: Cadence,
    moved: Option<(Millis, LatLng)>,
    rests: bool,
}

impl Decides for NeoStumbler {
    fn on(&mut self, now: Millis, event: Event) -> Vec<Command> {
        match event {
            Event::Start => [start(&[(SensorKind::Gnss, 3)]), start(&RADIOS)].concat(),
            Event::Stop => vec![Command::Finished],
            Event::Fix { place, speed, .. } => {
                self.cadence.fix(speed);
                if self.moved.is_none_or(|(_, from)| from.distance(place).0 > 10.0) {
                    self.moved = Some((now, place));
                }
                let rests = self.moved.is_some_and(|(at, _)| (now - at).secs() > 45.0);
                let mut commands = Vec::new();
                if rests != self.rests {
                    self.rests = rests;
                    commands =
                        if rests { RADIOS.map(|(kind, _)| Command::StopSensor(kind)).to_vec() } else { start(&RADIOS) };
                }
                if !rests {
                    commands.extend(self.cadence.due(now));
                }
                commands
            }
            _ => Vec::new(),
        }
    }
}

/// Still when not 50 m further in 120 s: GPS and radios off. The motion sensor wakes it, after 20 s of pause and more with each
/// vain awakening, up to 5 min; awake, GPS has 35 s to see 10 m of way, or the pause goes on.
#[derive(Default)]
struct Mozilla {
    cadence: Cadence,
    anchor: Option<(Millis, LatLng)>,
    state: Awake,
    vain: u32,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Awake {
    #[default]
    Collecting,
    Paused(Millis),
    Checking(Millis),
}

impl Mozilla {
    fn pause(&mut self, now: Millis) -> Vec<Command> {
        self.state = Awake::Paused(now);
        let mut commands = vec![Command::StopSensor(SensorKind::Gnss)];
        commands.extend(RADIOS.map(|(kind, _)| Command::StopSensor(kind)));
        commands.extend(start(&[(SensorKind::Motion, 0)]));
        commands
    }
}

impl Decides for Mozilla {
    fn on(&mut self, now: Millis, event: Event) -> Vec<Command> {
        match (event, self.state) {
            (Event::Start, _) => [start(&[(SensorKind::Gnss, 2)]), start(&RADIOS)].concat(),
            (Event::Stop, _) => vec![Command::Finished],
            (Event::Moved, Awake::Paused(since)) => {
                let wait = (20_i64 << self.vain.min(4)).min(300);
                if (now - since).secs() < wait as f64 {
                    return Vec::new();
                }
                self.state = Awake::Checking(now);
                let mut commands = start(&[(SensorKind::Gnss, 2)]);
                commands.push(Command::WakeAt(now + Millis::from_secs(35)));
                commands
            }
            (Event::Tick, Awake::Checking(since)) if (now - since).secs() >= 35.0 => {
                self.vain += 1;
                self.pause(now)
            }
            (Event::Fix { place, .. }, Awake::Checking(_)) => {
                if self.anchor.is_none_or(|(_, from)| from.distance(place).0 >= 10.0) {
                    (self.state, self.vain) = (Awake::Collecting, 0);
                    self.anchor = Some((now, place));
                    return [vec![Command::StopSensor(SensorKind::Motion)], start(&RADIOS)].concat();
                }
                Vec::new()
            }
            (Event::Fix { place, speed, .. }, Awake::Collecting) => {
                self.cadence.fix(speed);
                if self.anchor.is_none_or(|(_, from)| from.distance(place).0 > 50.0) {
                    self.anchor = Some((now, place));
                }
                if self.anchor.is_some_and(|(at, _)| (now - at).secs() > 120.0) {
                    return self.pause(now);
                }
                self.cadence.due(now)
            }
            _ => Vec::new(),
        }
    }
}
