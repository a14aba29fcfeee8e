package app.cairn.ui.settings

import android.net.Uri
import androidx.activity.compose.rememberLauncherForActivityResult
import androidx.activity.result.contract.ActivityResultContracts.OpenDocument
import androidx.compose.material3.OutlinedButton
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.Slider
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableFloatStateOf
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.semantics
import androidx.lifecycle.compose.collectAsStateWithLifecycle
import app.cairn.R
import app.cairn.core.ServiceChoice
import app.cairn.data.Choices
import app.cairn.data.RasterTiles
import app.cairn.ui.parts.Explanation
import app.cairn.ui.parts.Group
import app.cairn.ui.parts.Page
import app.cairn.ui.parts.SwitchRow
import app.cairn.ui.parts.TroubleGroup
import app.cairn.ui.parts.distanceText
import app.cairn.ui.parts.ofApp
import kotlin.math.roundToInt

/** What the settings can do. */
interface SettingsActions {
    fun change(change: (Choices) -> Choices)

    fun addService(choice: ServiceChoice)

    fun setService(id: Long, choice: ServiceChoice)

    fun removeService(id: Long)

    fun addZoneHere()

    fun removeZone(id: Long)

    fun refuseName(part: String)

    fun allowName(part: String)

    fun refuseAddress(address: String)

    fun allowAddress(address: String)

    fun setMapFile(source: Uri)

    fun removeMapFile()
}

@Composable
fun SettingsRoute(back: () -> Unit) {
    val model = ofApp(::SettingsViewModel)
    val state by model.state.collectAsStateWithLifecycle()
    val failure by model.failure.collectAsStateWithLifecycle()
    LaunchedEffect(Unit) { model.load() }
    SettingsScreen(state, failure, back, model)
}

@Composable
fun SettingsScreen(state: SettingsState, failure: String?, back: () -> Unit, actions: SettingsActions) =
    Page(stringResource(R.string.settings), back) {
        failure?.let { TroubleGroup(it) }
        state.done?.let { Group { Text(it) } }
        Services(state.services, actions)
        Radios(state.choices, actions)
        Pauses(state.choices, actions)
        Zones(state, actions)
        Lists(state, actions)
        Background(state.choices, actions)
        Others(state.choices, actions)
    }

@Composable
private fun Radios(choices: Choices, actions: SettingsActions) = Group(stringResource(R.string.radios)) {
    SwitchRow(stringResource(R.string.radio_wifi), checked = choices.wifi) { on -> actions.change { it.copy(wifi = on) } }
    if (choices.wifi) {
        var metres by remember(choices.wifiEveryMetres) { mutableFloatStateOf(choices.wifiEveryMetres.toFloat()) }
        val text = stringResource(R.string.wifi_every, distanceText(metres.toDouble()))
        Text(text)
        Slider(
            metres,
            { metres = (it / METRES_STEP).roundToInt() * METRES_STEP.toFloat() },
            Modifier.semantics { contentDescription = text },
            valueRange = 20f..200f,
            onValueChangeFinished = { actions.change { it.copy(wifiEveryMetres = metres.toDouble()) } },
        )
        val explanation = stringResource(R.string.wifi_unthrottled_explanation)
        SwitchRow(stringResource(R.string.wifi_unthrottled), explanation, choices.wifiUnthrottled) { on ->
            actions.change { it.copy(wifiUnthrottled = on) }
        }
    }
    SwitchRow(stringResource(R.string.radio_cells), checked = choices.cells) { on -> actions.change { it.copy(cells = on) } }
    SwitchRow(stringResource(R.string.radio_beacons), stringResource(R.string.radio_beacons_explanation), choices.beacons) { on ->
        actions.change { it.copy(beacons = on) }
    }
}

@Composable
private fun Pauses(choices: Choices, actions: SettingsActions) = Group(stringResource(R.string.battery)) {
    SwitchRow(stringResource(R.string.pause_when_still), checked = choices.pauseWhenStill) { on ->
        actions.change { it.copy(pauseWhenStill = on) }
    }
    SwitchRow(stringResource(R.string.pause_in_power_save), checked = choices.pauseInPowerSave) { on ->
        actions.change { it.copy(pauseInPowerSave = on) }
    }
    var percent by remember(choices.batteryLowPercent) { mutableFloatStateOf(choices.batteryLowPercent.toFloat()) }
    val text = if (percent < 1f) stringResource(R.string.battery_never) else stringResource(R.string.battery_low, percent.roundToInt())
    Text(text)
    Slider(
        percent,
        { percent = it },
        Modifier.semantics { contentDescription = text },
        valueRange = 0f..50f,
        onValueChangeFinished = { actions.change { it.copy(batteryLowPercent = percent.roundToInt()) } },
    )
}

@Composable
private fun Background(choices: Choices, actions: SettingsActions) = Group(stringResource(R.string.background_map)) {
    val pick = rememberLauncherForActivityResult(OpenDocument()) { uri -> uri?.let(actions::setMapFile) }
    Explanation(stringResource(R.string.background_explanation))
    if (choices.mapFile == null) {
        OutlinedButton({ pick.launch(arrayOf("*/*")) }) { Text(stringResource(R.string.choose_map_file)) }
    } else {
        TextButton(actions::removeMapFile) { Text(stringResource(R.string.remove_map_file)) }
    }
    var url by remember(choices.tileUrl) { mutableStateOf(choices.tileUrl.orEmpty()) }
    val isUsable = url.isEmpty() || RasterTiles.isUsable(url)
    OutlinedTextField(
        url,
        { url = it },
        label = { Text(stringResource(R.string.tile_url)) },
        supportingText = { Text(stringResource(if (isUsable) R.string.tile_url_hint else R.string.tile_url_wrong)) },
        isError = !isUsable,
        singleLine = true,
    )
    TextButton({ actions.change { it.copy(tileUrl = url.ifEmpty { null }) } }, enabled = isUsable && url != choices.tileUrl.orEmpty()) {
        Text(stringResource(R.string.save))
    }
}

@Composable
private fun Others(choices: Choices, actions: SettingsActions) = Group(stringResource(R.string.others)) {
    SwitchRow(stringResource(R.string.automation), stringResource(R.string.automation_explanation), choices.automation) { on ->
        actions.change { it.copy(automation = on) }
    }
    SwitchRow(
        stringResource(R.string.share_estimates),
        stringResource(R.string.share_estimates_explanation),
        choices.shareEstimates,
    ) { on ->
        actions.change { it.copy(shareEstimates = on) }
    }
    SwitchRow(stringResource(R.string.prune), stringResource(R.string.prune_explanation), choices.pruneSent) { on ->
        actions.change { it.copy(pruneSent = on) }
    }
    SwitchRow(stringResource(R.string.dynamic_colour), checked = choices.dynamicColour) { on ->
        actions.change { it.copy(dynamicColour = on) }
    }
}

private const val METRES_STEP = 10
