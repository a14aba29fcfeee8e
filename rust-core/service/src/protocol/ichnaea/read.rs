//! Reads ichnaea's two request bodies, member by member, as far as its schema knows them.
//!
//! What is only type-checked and never used (an SSID, a carrier) is read all the same: a wrong type there is a 400 too.

use std::collections::BTreeMap;

use serde_json::Value;

use super::schema::{Culprit, Object};
use crate::model::ichnaea::{CellHeard, Heard, Query, Radiator, Report, Tower, mac};
use crate::model::{Mac, Radio};

/// Everything in a submission that can be at fault, read; `None` stands for an item without any network.
pub(super) fn submission(body: &Value) -> Result<Vec<Option<Report>>, Culprit> {
    let root = Object::new(body, String::new())?;
    if body.get("items").is_none() {
        return Err(Culprit { path: "items".into(), problem: "Required" });
    }
    root.objects("items")?.iter().map(item).collect()
}

/// One item on its own, as it was stored.
pub(super) fn stored(value: &Value) -> Result<Option<Report>, Culprit> {
    item(&Object::new(value, "items.0".into())?)
}

fn item(item: &Object) -> Result<Option<Report>, Culprit> {
    // The timestamp is not read: of a wrong type or range it becomes the time of receipt, and no station keeps it anyway.
    item.text("carrier")?;
    item.integer("homeMobileCountryCode")?;
    item.integer("homeMobileNetworkCode")?;
    let mut report = Report::default();
    if let Some(position) = item.object("position")? {
        for unused in ["altitude", "altitudeAccuracy", "heading", "pressure"] {
            position.number(unused)?;
        }
        report.lat = position.number("latitude")?;
        report.lng = position.number("longitude")?;
        report.accuracy = position.number("accuracy")?;
        report.speed = position.number("speed")?;
        report.age = position.integer("age")?;
        // Any word but fixed, gnss, fused and query vanishes, and a position without source counts as GNSS.
        report.from_query = position.text("source")? == Some("query");
    }
    for wifi in item.objects("wifiAccessPoints")? {
        for unused in ["channel", "frequency"] {
            wifi.integer(unused)?;
        }
        wifi.text("radioType")?;
        wifi.text("ssid")?;
        report.wifi.extend(radiator(&wifi)?);
    }
    for blue in item.objects("bluetoothBeacons")? {
        blue.text("name")?;
        report.blue.extend(radiator(&blue)?);
    }
    for cell in item.objects("cellTowers")? {
        cell.integer("serving")?;
        cell.integer("primaryScramblingCode")?;
        let radio = cell.text("radioType")?.and_then(submitted_radio);
        report.cells.push(tower(&cell, radio)?);
    }
    let empty = report.wifi.is_empty() && report.blue.is_empty() && report.cells.is_empty();
    Ok((!empty).then_some(report))
}

fn radiator(object: &Object) -> Result<Option<Radiator>, Culprit> {
    let (signal, snr) = (object.integer("signalStrength")?, object.integer("signalToNoiseRatio")?);
    let age = object.integer("age")?;
    Ok(object.text("macAddress")?.map(|mac| Radiator { mac: mac.to_owned(), signal, snr, age }))
}

fn tower(cell: &Object, radio: Option<Radio>) -> Result<Tower, Culprit> {
    Ok(Tower {
        radio,
        mcc: cell.integer("mobileCountryCode")?,
        mnc: cell.integer("mobileNetworkCode")?,
        area: cell.integer("locationAreaCode")?,
        cell: cell.integer("cellId")?,
        asu: cell.integer("asu")?,
        signal: cell.integer("signalStrength")?,
        ta: cell.integer("timingAdvance")?,
        age: cell.integer("age")?,
    })
}

/// A submission's radio; an unknown one, `nr` among them, is dropped and takes its cell along in the second stage.
fn submitted_radio(word: &str) -> Option<Radio> {
    match word.to_lowercase().as_str() {
        "gsm" => Some(Radio::Gsm),
        "wcdma" | "umts" => Some(Radio::Wcdma),
        "lte" => Some(Radio::Lte),
        _ => None,
    }
}

/// A query, ready for the model.
pub(super) fn query(body: &Value) -> Result<Query, Culprit> {
    let root = Object::new(body, String::new())?;
    root.text("carrier")?;
    root.flag("considerIp")?;
    root.integer("homeMobileCountryCode")?;
    root.integer("homeMobileNetworkCode")?;
    let default_radio = asked_radio(&root, "radioType")?;
    let areas = match root.object("fallbacks")? {
        Some(fallbacks) => {
            fallbacks.flag("ipf")?;
            fallbacks.flag("lacf")?.unwrap_or(true)
        }
        None => true,
    };
    let mut cells = Vec::new();
    for (i, cell) in root.objects("cellTowers")?.iter().enumerate() {
        cell.integer("psc")?;
        let radio = asked_radio(cell, &format!("cellTowers.{i}.radioType"))?.or(default_radio);
        let tower = tower(cell, radio)?;
        cells.extend(CellHeard::new(&tower));
    }
    Ok(Query {
        wifi: asked_radiators(&root.objects("wifiAccessPoints")?, Heard::wifi)?,
        blue: asked_radiators(&root.objects("bluetoothBeacons")?, Heard::blue)?,
        cells,
        areas,
    })
}

/// A query's radio, which, unlike a submission's, must be one the service knows.
fn asked_radio(object: &Object, path: &str) -> Result<Option<Radio>, Culprit> {
    match object.text("radioType")?.map(str::to_lowercase).as_deref() {
        None | Some("cdma") => Ok(None),
        Some("gsm") => Ok(Some(Radio::Gsm)),
        Some("wcdma") => Ok(Some(Radio::Wcdma)),
        Some("lte") => Ok(Some(Radio::Lte)),
        Some(_) => Err(Culprit { path: path.to_owned(), problem: "is not one of gsm, cdma, wcdma, lte" }),
    }
}

/// The valid networks of a list, or none if they are fewer than two.
fn asked_radiators(list: &[Object], hear: fn(&Radiator) -> Heard) -> Result<BTreeMap<Mac, Heard>, Culprit> {
    let mut heard = BTreeMap::new();
    for object in list {
        if let Some(radiator) = radiator(object)? {
            heard.extend(mac(&radiator.mac).map(|mac| (mac, hear(&radiator))));
        }
    }
    if heard.len() < 2 {
        heard.clear();
    }
    Ok(heard)
}
