package app.cairn.core

import kotlin.math.asin
import kotlin.math.cos
import kotlin.math.sin
import kotlin.math.sqrt

/** What the radios heard last, as one scan: what a position is worked out from. */
fun ofScans(heard: Map<Sensor, ScanEvent>) = ScanEvent(
    wifi = heard[Sensor.WIFI]?.wifi.orEmpty(),
    cells = heard[Sensor.CELLS]?.cells.orEmpty(),
    beacons = heard[Sensor.BEACONS]?.beacons.orEmpty(),
)

/** Metres between two places given in degrees, on a sphere (haversine). */
fun metresBetween(lat: Double, lon: Double, otherLat: Double, otherLon: Double): Double {
    val (here, there) = Math.toRadians(lat) to Math.toRadians(otherLat)
    val north = sin((there - here) / 2)
    val east = sin(Math.toRadians(otherLon - lon) / 2)
    val half = (north * north + cos(here) * cos(there) * east * east).coerceIn(0.0, 1.0)
    return 2 * EARTH_RADIUS_METRES * asin(sqrt(half))
}

/** Mean radius of the Earth (IUGG), as the core has it. */
private const val EARTH_RADIUS_METRES = 6_371_008.8
