package app.cairn

import app.cairn.core.ScanEvent
import app.cairn.core.WifiGeneration
import app.cairn.core.WifiHeard
import app.cairn.core.metresBetween
import java.io.File
import java.time.Instant

/** A recorded drive: a place every few seconds, in a made-up neighbourhood of access points. */
class Track(file: File) {
    data class Point(val lat: Double, val lon: Double, val secondsIn: Int)

    val points: List<Point>
    private val networks: List<Network>

    private data class Network(val number: Int, val lat: Double, val lon: Double, val name: String)

    init {
        val found = POINT.findAll(file.readText()).map { it.destructured }.map { (lat, lon, time) ->
            Triple(lat.toDouble(), lon.toDouble(), Instant.parse(time).epochSecond)
        }
        val recorded = found.toList().sortedBy { it.third }
        val all = recorded.map { Point(it.first, it.second, (it.third - recorded.first().third).toInt()) }
        // The receiver is asked for a fix every two seconds.
        points = all.fold(emptyList()) { kept, next ->
            if (kept.isEmpty() || next.secondsIn - kept.last().secondsIn > 2) kept + next else kept
        }
        networks = points.filterIndexed { index, _ -> index % 2 == 0 }.flatMapIndexed { index, point ->
            listOf(
                Network(index * 3, point.lat + 2e-4, point.lon, "net$index"),
                Network(index * 3 + 1, point.lat - 2e-4, point.lon, "home$index"),
                Network(index * 3 + 2, point.lat, point.lon + 2e-4, FORBIDDEN[index % FORBIDDEN.size]),
            )
        }
    }

    /** What is heard at a point: every network within 100 m. */
    fun scan(point: Point, monoMs: Long) = ScanEvent(
        wifi = networks.mapNotNull { network ->
            val metres = metresBetween(point.lat, point.lon, network.lat, network.lon)
            if (metres > 100) null else heard(network, metres, monoMs)
        },
    )

    /** Addresses of networks that are hidden or whose owners want them left alone. */
    val forbidden: Set<String> get() = networks.filter { it.name in FORBIDDEN }.map { address(it.number) }.toSet()

    private fun heard(network: Network, metres: Double, monoMs: Long) = WifiHeard(
        monoMs = monoMs,
        bssid = address(network.number),
        ssid = network.name.toByteArray(),
        signalDbm = (-45 - metres / 2).toInt().toShort(),
        frequencyMhz = 2412u,
        generation = WifiGeneration.N,
    )

    private fun address(number: Int) = "00:1a:2b:4d:%02x:%02x".format(number / 256, number % 256)

    private companion object {
        val POINT = Regex("""<trkpt lat="([^"]+)" lon="([^"]+)">.*?<time>([^<]+)</time>""", RegexOption.DOT_MATCHES_ALL)
        val FORBIDDEN = listOf("", "garden_nomap", "cafe_optout_nomap", "kiosk_optout")
    }
}

/** A recorded track; see the notices beside it. */
fun track(name: String) = Track(tracks(name))
