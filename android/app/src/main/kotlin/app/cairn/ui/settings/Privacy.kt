package app.cairn.ui.settings

import androidx.compose.foundation.Canvas
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.size
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedButton
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Path
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.unit.dp
import app.cairn.R
import app.cairn.core.outlinesOf
import app.cairn.ui.parts.Ask
import app.cairn.ui.parts.Explanation
import app.cairn.ui.parts.Group
import kotlin.math.cos

/** Places whose surroundings are never recorded. */
@Composable
fun Zones(state: SettingsState, actions: SettingsActions) = Group(stringResource(R.string.zones)) {
    Explanation(stringResource(R.string.zones_explanation))
    state.rules?.zones.orEmpty().forEachIndexed { index, zone ->
        Row(Modifier.fillMaxWidth(), Arrangement.spacedBy(16.dp), Alignment.CenterVertically) {
            ZonePicture(remember(zone) { outlinesOf(zone) })
            Text(stringResource(R.string.zone_number, index + 1), Modifier.weight(1f))
            TextButton({ actions.removeZone(zone.id) }) { Text(stringResource(R.string.remove)) }
        }
    }
    var asking by rememberSaveable { mutableStateOf(false) }
    OutlinedButton({ asking = true }, enabled = state.isPositionKnown) { Text(stringResource(R.string.add_zone_here)) }
    if (!state.isPositionKnown) Explanation(stringResource(R.string.zone_needs_position))
    if (asking) {
        val title = stringResource(R.string.add_zone_question)
        Ask(title, stringResource(R.string.add_zone_warning), stringResource(R.string.add_zone), actions::addZoneHere) { asking = false }
    }
}

/** The zone's shape, without a map: what is drawn here nobody else can read. */
@Composable
private fun ZonePicture(outlines: List<DoubleArray>) {
    val colour = MaterialTheme.colorScheme.primary
    Canvas(Modifier.size(56.dp)) {
        val lats = outlines.flatMap { o -> o.filterIndexed { i, _ -> i % 2 == 0 } }
        val lons = outlines.flatMap { o -> o.filterIndexed { i, _ -> i % 2 == 1 } }
        if (lats.isEmpty()) return@Canvas
        val narrow = cos(Math.toRadians(lats.average()))
        val scale = size.minDimension / maxOf(lats.max() - lats.min(), (lons.max() - lons.min()) * narrow).toFloat()
        outlines.forEach { corners ->
            val path = Path()
            for (corner in corners.indices step 2) {
                val x = ((corners[corner + 1] - lons.min()) * narrow * scale).toFloat()
                val y = ((lats.max() - corners[corner]) * scale).toFloat()
                if (corner == 0) path.moveTo(x, y) else path.lineTo(x, y)
            }
            path.close()
            drawPath(path, colour.copy(alpha = 0.6f))
        }
    }
}

/** Networks that are never recorded. */
@Composable
fun Lists(state: SettingsState, actions: SettingsActions) = Group(stringResource(R.string.lists)) {
    Explanation(stringResource(R.string.lists_explanation))
    state.rules?.names.orEmpty().forEach { Entry(it) { actions.allowName(it) } }
    state.rules?.addresses.orEmpty().forEach { Entry(it) { actions.allowAddress(it) } }
    var text by rememberSaveable { mutableStateOf("") }
    OutlinedTextField(
        text,
        { text = it },
        Modifier.fillMaxWidth(),
        label = { Text(stringResource(R.string.list_entry)) },
        singleLine = true,
    )
    TextButton(
        {
            if (ADDRESS.matches(text)) actions.refuseAddress(text) else actions.refuseName(text)
            text = ""
        },
        enabled = text.isNotBlank(),
    ) { Text(stringResource(R.string.add)) }
}

@Composable
private fun Entry(text: String, remove: () -> Unit) {
    Row(Modifier.fillMaxWidth(), Arrangement.spacedBy(16.dp), Alignment.CenterVertically) {
        Text(text, Modifier.weight(1f))
        TextButton(remove) { Text(stringResource(R.string.remove)) }
    }
}

private val ADDRESS = Regex("(?i)([0-9a-f]{2}[:-]){5}[0-9a-f]{2}")
