package app.cairn.ui.data

import androidx.compose.runtime.Immutable
import androidx.compose.runtime.saveable.listSaver
import app.cairn.core.ExportArea
import app.cairn.core.ExportChoice
import app.cairn.core.ExportKind
import java.time.LocalDate
import java.time.ZoneId

/** What the user wants written. Kept while they pick a file, during which Android may end the app. */
@Immutable
data class ExportWish(
    val kind: ExportKind = ExportKind.GEOSUBMIT,
    val refusedOnly: Boolean = false,
    /** Local days, in days since 1970-01-01, both of them in it. */
    val firstDay: Int? = null,
    val lastDay: Int? = null,
    val trip: Long? = null,
    val area: ExportArea? = null,
    val wifi: Boolean = true,
    val cells: Boolean = true,
    val beacons: Boolean = true,
) {
    /** What microG imports is learned over all trips and of one kind: there is nothing to choose. */
    val isLearned get() = kind == ExportKind.MICROG_WIFI || kind == ExportKind.MICROG_CELLS

    val isPossible get() = isLearned || wifi || cells || beacons

    /** What the file is called unless the user says otherwise. */
    val fileName get() = when (kind) {
        ExportKind.GEOSUBMIT -> "cairn.json"
        ExportKind.GPX -> "cairn.gpx"
        ExportKind.KML -> "cairn.kml"
        ExportKind.KMZ -> "cairn.kmz"
        ExportKind.GEO_JSON -> "cairn.geojson"
        ExportKind.WIGLE -> "cairn.csv"
        ExportKind.MICROG_WIFI -> "cairn-wifi.csv.gz"
        ExportKind.MICROG_CELLS -> "cairn-cells.csv.gz"
        ExportKind.DATABASE -> "cairn.db"
    }

    /** As the core takes it; a day begins when it does in [zone]. */
    fun choice(zone: ZoneId = ZoneId.systemDefault()): ExportChoice {
        fun begin(day: Int) = LocalDate.ofEpochDay(day.toLong()).atStartOfDay(zone).toInstant().toEpochMilli()
        return ExportChoice(
            kind = kind,
            refusedOnly = refusedOnly && !isLearned,
            fromMs = firstDay?.let(::begin),
            toMs = lastDay?.let { begin(it + 1) },
            trip = trip.takeIf { !isLearned },
            area = area,
            wifi = wifi || isLearned,
            cells = cells || isLearned,
            beacons = beacons || isLearned,
        )
    }

    companion object {
        val Saver = listSaver<ExportWish, Any?>(
            save = { wish ->
                val area = when (val area = wish.area) {
                    is ExportArea.Around -> listOf(area.lat, area.lon, area.radiusM)
                    is ExportArea.Ranked -> listOf(area.lat, area.lon)
                    null -> emptyList()
                }
                listOf(wish.kind.name, wish.refusedOnly, wish.firstDay, wish.lastDay, wish.trip, wish.wifi, wish.cells, wish.beacons) + area
            },
            restore = { saved ->
                val area = saved.drop(AREA_AT).map { it as Double }
                ExportWish(
                    kind = ExportKind.valueOf(saved[0] as String),
                    refusedOnly = saved[1] as Boolean,
                    firstDay = saved[2] as Int?,
                    lastDay = saved[3] as Int?,
                    trip = saved[4] as Long?,
                    wifi = saved[5] as Boolean,
                    cells = saved[6] as Boolean,
                    beacons = saved[7] as Boolean,
                    area = when (area.size) {
                        0 -> null
                        2 -> ExportArea.Ranked(area[0], area[1])
                        else -> ExportArea.Around(area[0], area[1], area[2])
                    },
                )
            },
        )

        private const val AREA_AT = 8
    }
}
