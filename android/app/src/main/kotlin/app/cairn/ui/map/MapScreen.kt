package app.cairn.ui.map

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.statusBarsPadding
import androidx.compose.material3.Button
import androidx.compose.material3.ButtonDefaults
import androidx.compose.material3.Card
import androidx.compose.material3.CardDefaults
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.LocalContext
import androidx.compose.ui.res.painterResource
import androidx.compose.ui.res.pluralStringResource
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.tooling.preview.Preview
import androidx.compose.ui.unit.dp
import androidx.lifecycle.compose.collectAsStateWithLifecycle
import app.cairn.R
import app.cairn.core.CollectingStatus
import app.cairn.core.GeoBox
import app.cairn.core.metresBetween
import app.cairn.ui.parts.Figure
import app.cairn.ui.parts.WhileSeen
import app.cairn.ui.parts.distanceText
import app.cairn.ui.parts.numberText
import app.cairn.ui.parts.ofApp
import app.cairn.ui.parts.savedText
import app.cairn.ui.parts.statusText
import app.cairn.ui.parts.troubleText
import app.cairn.ui.theme.CairnTheme

@Composable
fun MapRoute(help: () -> Unit) {
    val model = ofApp(::MapViewModel)
    val state by model.state.collectAsStateWithLifecycle()
    WhileSeen(REFRESH_MS, model::refresh)
    MapScreen(state, model::look, start = model::start, stop = model::stop, help = help)
}

@Composable
fun MapScreen(state: MapState, look: (GeoBox) -> Unit, start: () -> Unit, stop: () -> Unit, help: () -> Unit) {
    val covered = state.covered.sumOf { it.hexagons }
    val description = pluralStringResource(R.plurals.map_description, covered, covered)
    Box(Modifier.fillMaxSize()) {
        CoverageMap(state, description, look, Modifier.fillMaxSize())
        StatusCard(state, help, Modifier.align(Alignment.TopCenter).statusBarsPadding())
        Controls(state, start, stop, Modifier.align(Alignment.BottomCenter))
    }
}

@Composable
private fun StatusCard(state: MapState, help: () -> Unit, modifier: Modifier) {
    val resources = LocalContext.current.resources
    Card(
        modifier.fillMaxWidth().padding(12.dp),
        colors = CardDefaults.cardColors(MaterialTheme.colorScheme.surfaceContainer),
        elevation = CardDefaults.cardElevation(4.dp),
    ) {
        Column(Modifier.padding(16.dp), Arrangement.spacedBy(8.dp)) {
            Text(
                statusText(resources, state.collecting.status),
                Modifier.semantics { liveRegion = LiveRegionMode.Polite },
                style = MaterialTheme.typography.titleMedium,
            )
            state.saved?.let { Text(savedText(resources, it), color = MaterialTheme.colorScheme.error) }
            state.collecting.trouble?.let { Text(troubleText(resources, it), color = MaterialTheme.colorScheme.error) }
            state.trip?.let { trip ->
                FlowRow(horizontalArrangement = Arrangement.spacedBy(16.dp), verticalArrangement = Arrangement.spacedBy(8.dp)) {
                    Figure(distanceText(trip.distanceM), stringResource(R.string.distance))
                    Figure(numberText(trip.wifi.toLong()), stringResource(R.string.new_wifi))
                    Figure(numberText(trip.cells.toLong()), stringResource(R.string.new_cells))
                    Figure(numberText(trip.pointsTenths.toLong() / 10), stringResource(R.string.points_word))
                }
            }
            Against(state)
            if (state.collecting.status is CollectingStatus.Paused || state.collecting.status is CollectingStatus.WaitingForFix) {
                TextButton(help) { Text(stringResource(R.string.help)) }
            }
        }
    }
}

/** How far the estimate is from the satellites' position: what the user's data is worth here. */
@Composable
private fun Against(state: MapState) {
    val fix = state.collecting.fix
    val estimate = state.estimate
    val satellites = state.satellites
    val text = when {
        fix != null && estimate != null -> {
            val off = metresBetween(fix.lat, fix.lon, estimate.lat, estimate.lon)
            stringResource(R.string.estimate_off, distanceText(off), distanceText(estimate.r68M))
        }
        satellites != null -> pluralStringResource(R.plurals.satellites, satellites, satellites)
        else -> return
    }
    Text(text, style = MaterialTheme.typography.bodyMedium, color = MaterialTheme.colorScheme.onSurfaceVariant)
}

@Composable
private fun Controls(state: MapState, start: () -> Unit, stop: () -> Unit, modifier: Modifier) {
    val isRunning = state.collecting.status != CollectingStatus.Stopped
    val isEnding = state.collecting.status is CollectingStatus.Draining
    Button(
        if (isRunning) stop else start,
        modifier.padding(24.dp).heightIn(min = 64.dp).fillMaxWidth(),
        enabled = !isEnding,
        colors = if (isRunning) {
            ButtonDefaults.buttonColors(MaterialTheme.colorScheme.tertiaryContainer, MaterialTheme.colorScheme.onTertiaryContainer)
        } else {
            ButtonDefaults.buttonColors()
        },
        elevation = ButtonDefaults.buttonElevation(6.dp),
    ) {
        Icon(painterResource(if (isRunning) R.drawable.ic_stop else R.drawable.ic_start), null, Modifier.size(28.dp))
        Text(
            stringResource(if (isRunning) R.string.stop else R.string.start),
            Modifier.padding(start = 12.dp),
            style = MaterialTheme.typography.titleLarge,
        )
    }
}

private const val REFRESH_MS = 3_000L

@Preview
@Composable
private fun Empty() = CairnTheme { MapScreen(MapState(), {}, {}, {}, {}) }
