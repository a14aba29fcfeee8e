package app.cairn.ui.parts

import app.cairn.core.ScanEvent
import app.cairn.core.Sensor

/** What the radios heard last, as one scan: what a position is worked out from. */
fun ofScans(heard: Map<Sensor, ScanEvent>) = ScanEvent(
    wifi = heard[Sensor.WIFI]?.wifi.orEmpty(),
    cells = heard[Sensor.CELLS]?.cells.orEmpty(),
    beacons = heard[Sensor.BEACONS]?.beacons.orEmpty(),
)

/** Metres between two places, on the sphere. */
fun metresBetween(lat: Double, lon: Double, otherLat: Double, otherLon: Double): Double {
    val result = FloatArray(1)
    android.location.Location.distanceBetween(lat, lon, otherLat, otherLon, result)
    return result[0].toDouble()
}
