package app.cairn.ui.data

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.BoxWithConstraints
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.widthIn
import androidx.compose.material3.BasicAlertDialog
import androidx.compose.material3.Button
import androidx.compose.material3.DatePickerDefaults
import androidx.compose.material3.DateRangePicker
import androidx.compose.material3.DateRangePickerDefaults
import androidx.compose.material3.DateRangePickerState
import androidx.compose.material3.ExperimentalMaterial3Api
import androidx.compose.material3.FilterChip
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.material3.rememberDateRangePickerState
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.Immutable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.LocalContext
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.unit.Density
import androidx.compose.ui.unit.dp
import androidx.compose.ui.window.DialogProperties
import app.cairn.R
import app.cairn.core.ExportArea
import app.cairn.core.ExportKind
import app.cairn.core.RankedRow
import app.cairn.core.RankedSubject
import app.cairn.ui.parts.Choice
import app.cairn.ui.parts.Explanation
import app.cairn.ui.parts.Group
import app.cairn.ui.parts.SwitchRow
import app.cairn.ui.parts.dateText
import app.cairn.ui.parts.distanceText
import app.cairn.ui.parts.subjectText
import java.time.LocalDate

/** What an export can be cut to. */
@Immutable
data class ExportParts(
    /** The best trips and areas. */
    val trips: List<RankedRow> = emptyList(),
    val areas: List<RankedRow> = emptyList(),
    /** Where the phone is, where that is known. */
    val here: Pair<Double, Double>? = null,
)

/** Files for other programs: everything, or a part. */
@Composable
fun Export(isIdle: Boolean, wish: ExportWish, parts: ExportParts, change: (ExportWish) -> Unit, save: () -> Unit) =
    Group(stringResource(R.string.export_title)) {
        Explanation(stringResource(R.string.export_explanation))
        Choice(
            stringResource(R.string.export_format),
            formats,
            { stringResource(formatName(it)) },
            wish.kind,
        ) { change(wish.copy(kind = it)) }
        Explanation(stringResource(formatWhat(wish.kind)))
        Time(wish, change)
        Place(wish, parts, change)
        if (!wish.isLearned) {
            Trips(wish, parts, change)
            Kinds(wish, change)
            SwitchRow(stringResource(R.string.export_refused), checked = wish.refusedOnly) { change(wish.copy(refusedOnly = it)) }
        }
        Button(save, enabled = isIdle && wish.isPossible) { Text(stringResource(R.string.export_save)) }
    }

private val formats = ExportKind.entries

private fun formatName(kind: ExportKind) = when (kind) {
    ExportKind.GEOSUBMIT -> R.string.format_geosubmit
    ExportKind.GPX -> R.string.format_gpx
    ExportKind.KML -> R.string.format_kml
    ExportKind.KMZ -> R.string.format_kmz
    ExportKind.GEO_JSON -> R.string.format_geojson
    ExportKind.WIGLE -> R.string.format_wigle
    ExportKind.MICROG_WIFI -> R.string.format_microg_wifi
    ExportKind.MICROG_CELLS -> R.string.format_microg_cells
    ExportKind.DATABASE -> R.string.format_database
}

private fun formatWhat(kind: ExportKind) = when (kind) {
    ExportKind.GEOSUBMIT -> R.string.format_geosubmit_what
    ExportKind.GPX -> R.string.format_gpx_what
    ExportKind.KML, ExportKind.KMZ, ExportKind.GEO_JSON -> R.string.format_map_what
    ExportKind.WIGLE -> R.string.format_wigle_what
    ExportKind.MICROG_WIFI, ExportKind.MICROG_CELLS -> R.string.format_microg_what
    ExportKind.DATABASE -> R.string.format_database_what
}

private enum class Span(val label: Int, val days: Int?) {
    ALWAYS(R.string.span_always, null),
    WEEK(R.string.span_week, 7),
    MONTH(R.string.span_month, 30),
    YEAR(R.string.span_year, 365),
    OWN(R.string.span_own, null),
}

@Composable
private fun Time(wish: ExportWish, change: (ExportWish) -> Unit) {
    var asking by rememberSaveable { mutableStateOf(false) }
    val today = LocalDate.now().toEpochDay().toInt()
    val chosen = when {
        wish.firstDay == null && wish.lastDay == null -> Span.ALWAYS
        wish.lastDay == null -> Span.entries.find { it.days != null && wish.firstDay == today - it.days + 1 } ?: Span.OWN
        else -> Span.OWN
    }
    val own = when {
        chosen != Span.OWN || wish.firstDay == null -> stringResource(R.string.span_own)
        else -> stringResource(R.string.span_from_to, dateText(wish.firstDay), dateText(wish.lastDay ?: today))
    }
    Choice(
        stringResource(R.string.export_time),
        Span.entries,
        { if (it == Span.OWN && chosen == Span.OWN) own else stringResource(it.label) },
        chosen,
    ) { span ->
        when {
            span == Span.OWN -> asking = true
            else -> change(wish.copy(firstDay = span.days?.let { today - it + 1 }, lastDay = null))
        }
    }
    if (asking) {
        Days({ first, last -> change(wish.copy(firstDay = first, lastDay = last)) }) { asking = false }
    }
}

@OptIn(ExperimentalMaterial3Api::class)
@Composable
private fun Days(choose: (Int, Int) -> Unit, dismiss: () -> Unit) {
    val picked = rememberDateRangePickerState()
    val first = picked.selectedStartDateMillis?.let(::epochDay)
    val last = picked.selectedEndDateMillis?.let(::epochDay) ?: first
    // Material's own dialog for this is as wide as the picker on every phone: a narrower one cuts off both.
    BasicAlertDialog(dismiss, properties = DialogProperties(usePlatformDefaultWidth = false)) {
        val size = Modifier.widthIn(max = PICKER).heightIn(max = 568.dp)
        Surface(size, DatePickerDefaults.shape, DatePickerDefaults.colors().containerColor) {
            Column {
                Fitted(Modifier.weight(1f)) { Picker(picked) }
                FlowRow(Modifier.align(Alignment.End).padding(8.dp), Arrangement.spacedBy(8.dp)) {
                    TextButton(dismiss) { Text(stringResource(R.string.cancel)) }
                    TextButton(
                        {
                            if (first != null && last != null) choose(first, last)
                            dismiss()
                        },
                        enabled = first != null,
                    ) { Text(stringResource(R.string.go_on)) }
                }
            }
        }
    }
}

/** Material's picker without the room that it leaves for a button beside its title, which our dialog has not. */
@OptIn(ExperimentalMaterial3Api::class)
@Composable
private fun Picker(picked: DateRangePickerState) = DateRangePicker(
    picked,
    title = { DateRangePickerDefaults.DateRangePickerTitle(picked.displayMode, Modifier.padding(start = 24.dp, top = 16.dp)) },
    headline = {
        DateRangePickerDefaults.DateRangePickerHeadline(
            picked.selectedStartDateMillis,
            picked.selectedEndDateMillis,
            picked.displayMode,
            remember { DatePickerDefaults.dateFormatter() },
            Modifier.padding(start = 24.dp, end = 12.dp, bottom = 12.dp),
        )
    },
)

/** Drawn smaller where there is less room than the seven days of a week need, with letters no larger than a line has room for. */
@Composable
private fun Fitted(modifier: Modifier, content: @Composable () -> Unit) = BoxWithConstraints(modifier) {
    val usual = LocalDensity.current
    val room = (maxWidth / PICKER).coerceAtMost(1f)
    val fitted = Density(usual.density * room, usual.fontScale.coerceAtMost(LARGEST_LETTERS))
    CompositionLocalProvider(LocalDensity provides fitted, content)
}

/** The picker tells days as their beginning in UTC. */
private fun epochDay(utcMs: Long) = Math.floorDiv(utcMs, DAY_MS).toInt()

@Composable
private fun Place(wish: ExportWish, parts: ExportParts, change: (ExportWish) -> Unit) {
    val resources = LocalContext.current.resources
    val around = parts.here?.let { (lat, lon) -> RADII_M.map { ExportArea.Around(lat, lon, it) } }.orEmpty()
    val ranked = parts.areas.associateBy { row -> (row.subject as? RankedSubject.Area)?.let { ExportArea.Ranked(it.lat, it.lon) } }
    // What was chosen stays to be seen, though the phone may have moved since.
    val options = (listOf(null) + around + ranked.keys.filterNotNull() + wish.area).distinct()
    Choice(
        stringResource(R.string.export_place),
        options,
        { area ->
            when (area) {
                null -> stringResource(R.string.place_everywhere)
                is ExportArea.Around -> stringResource(R.string.place_around, distanceText(area.radiusM))
                is ExportArea.Ranked -> ranked[area]?.let { subjectText(resources, it) } ?: stringResource(R.string.place_chosen)
            }
        },
        wish.area,
    ) { change(wish.copy(area = it)) }
}

@Composable
private fun Trips(wish: ExportWish, parts: ExportParts, change: (ExportWish) -> Unit) {
    val resources = LocalContext.current.resources
    val trips = parts.trips.associateBy { (it.subject as? RankedSubject.Trip)?.id }
    Choice(
        stringResource(R.string.export_trip),
        listOf(null) + trips.keys.filterNotNull(),
        { id -> if (id == null) stringResource(R.string.trips_all) else trips[id]?.let { subjectText(resources, it) }.orEmpty() },
        wish.trip.takeIf { it in trips },
    ) { change(wish.copy(trip = it)) }
}

@Composable
private fun Kinds(wish: ExportWish, change: (ExportWish) -> Unit) = FlowRow(horizontalArrangement = Arrangement.spacedBy(8.dp)) {
    FilterChip(wish.wifi, { change(wish.copy(wifi = !wish.wifi)) }, { Text(stringResource(R.string.radio_wifi)) })
    FilterChip(wish.cells, { change(wish.copy(cells = !wish.cells)) }, { Text(stringResource(R.string.radio_cells)) })
    FilterChip(wish.beacons, { change(wish.copy(beacons = !wish.beacons)) }, { Text(stringResource(R.string.radio_beacons)) })
}

private const val DAY_MS = 86_400_000L

/** The width of Material's pickers of days. */
private val PICKER = 360.dp

/** Above, the picker breaks the words of its headline into letters. */
private const val LARGEST_LETTERS = 1.2f

/** A neighbourhood, a town, a region. */
private val RADII_M = listOf(1_000.0, 10_000.0, 50_000.0)
