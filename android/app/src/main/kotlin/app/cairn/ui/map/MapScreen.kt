package app.cairn.ui.map

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.IntrinsicSize
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxHeight
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.statusBarsPadding
import androidx.compose.foundation.layout.widthIn
import androidx.compose.material3.Button
import androidx.compose.material3.ButtonDefaults
import androidx.compose.material3.Card
import androidx.compose.material3.CardDefaults
import androidx.compose.material3.FilledTonalButton
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
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
import app.cairn.ui.parts.rememberPermissions
import app.cairn.ui.parts.savedText
import app.cairn.ui.parts.statusText
import app.cairn.ui.parts.troubleText
import app.cairn.ui.theme.CairnTheme

/** What the user can do on the map. */
interface MapActions {
    fun start()

    fun pause()

    fun stop()
}

@Composable
fun MapRoute(startAtOnce: Boolean, help: () -> Unit) {
    val model = ofApp(::MapViewModel)
    val state by model.state.collectAsStateWithLifecycle()
    val permissions = rememberPermissions { model.start() }
    val actions = remember(model, permissions) {
        object : MapActions by model {
            // Asked when it is needed, and not before; after a refusal the model says what is missing.
            override fun start() = if (model.mayStart()) model.start() else permissions.askForLocation()
        }
    }
    var isAsked by rememberSaveable { mutableStateOf(startAtOnce) }
    LaunchedEffect(actions) {
        if (isAsked) actions.start()
        isAsked = false
    }
    WhileSeen(REFRESH_MS, model::refresh)
    MapScreen(state, model::look, actions, help)
}

@Composable
fun MapScreen(state: MapState, look: (GeoBox) -> Unit, actions: MapActions, help: () -> Unit) {
    val covered = state.covered.sumOf { it.hexagons }
    val description = pluralStringResource(R.plurals.map_description, covered, covered)
    Box(Modifier.fillMaxSize()) {
        CoverageMap(state, description, look, Modifier.fillMaxSize())
        StatusCard(state, help, Modifier.align(Alignment.TopCenter).statusBarsPadding())
        Controls(state, actions, Modifier.align(Alignment.BottomCenter))
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
            if (state.isNew && state.collecting.status == CollectingStatus.Stopped) Text(stringResource(R.string.map_hint))
            state.saved?.let { Text(savedText(resources, it), color = MaterialTheme.colorScheme.error) }
            state.collecting.trouble?.let { Text(troubleText(resources, it), color = MaterialTheme.colorScheme.error) }
            if (state.refused) Text(stringResource(R.string.start_refused), color = MaterialTheme.colorScheme.error)
            state.trip?.let { trip ->
                FlowRow(horizontalArrangement = Arrangement.spacedBy(16.dp), verticalArrangement = Arrangement.spacedBy(8.dp)) {
                    Figure(distanceText(trip.distanceM), stringResource(R.string.distance))
                    Figure(numberText(trip.wifi.toLong()), stringResource(R.string.new_wifi))
                    Figure(numberText(trip.cells.toLong()), stringResource(R.string.new_cells))
                    Figure(numberText(trip.pointsTenths.toLong() / 10), stringResource(R.string.points_word))
                }
            }
            Against(state)
            val isWaiting = state.collecting.status is CollectingStatus.Paused && !state.collecting.isResting
            if (isWaiting || state.refused || state.collecting.status is CollectingStatus.WaitingForFix) {
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

/** One big button for what comes next; to stop stands beside it while something runs. */
@Composable
private fun Controls(state: MapState, actions: MapActions, modifier: Modifier) {
    val isRunning = state.collecting.status != CollectingStatus.Stopped
    val isEnding = state.collecting.status is CollectingStatus.Draining
    Row(modifier.padding(16.dp).height(IntrinsicSize.Min), Arrangement.spacedBy(12.dp)) {
        when {
            !isRunning || state.collecting.isResting -> {
                val text = stringResource(if (isRunning) R.string.resume else R.string.start)
                BigButton(text, R.drawable.ic_start, actions::start, Modifier.weight(1f))
            }
            else -> BigButton(stringResource(R.string.pause), R.drawable.ic_pause, actions::pause, Modifier.weight(1f), !isEnding)
        }
        if (isRunning) {
            FilledTonalButton(
                actions::stop,
                Modifier.fillMaxHeight().widthIn(min = 72.dp),
                enabled = !isEnding,
                elevation = ButtonDefaults.filledTonalButtonElevation(6.dp),
            ) { Icon(painterResource(R.drawable.ic_stop), stringResource(R.string.stop), Modifier.size(32.dp)) }
        }
    }
}

@Composable
private fun BigButton(text: String, icon: Int, act: () -> Unit, modifier: Modifier, enabled: Boolean = true) {
    Button(act, modifier.heightIn(min = 64.dp), enabled, elevation = ButtonDefaults.buttonElevation(6.dp)) {
        Icon(painterResource(icon), null, Modifier.size(28.dp))
        Text(text, Modifier.padding(start = 12.dp), style = MaterialTheme.typography.titleLarge)
    }
}

private const val REFRESH_MS = 3_000L

@Preview
@Composable
private fun Empty() = CairnTheme { MapScreen(MapState(), {}, NoActions, {}) }

private object NoActions : MapActions {
    override fun start() = Unit

    override fun pause() = Unit

    override fun stop() = Unit
}
