package app.cairn.ui.locate

import android.content.ClipData
import android.content.Intent
import androidx.activity.compose.rememberLauncherForActivityResult
import androidx.activity.result.contract.ActivityResultContracts.OpenDocument
import androidx.compose.foundation.Canvas
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.material3.Button
import androidx.compose.material3.LinearProgressIndicator
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedButton
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.drawscope.Stroke
import androidx.compose.ui.platform.LocalContext
import androidx.compose.ui.res.pluralStringResource
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextDirection
import androidx.compose.ui.unit.dp
import androidx.lifecycle.compose.collectAsStateWithLifecycle
import app.cairn.R
import app.cairn.background.Telling
import app.cairn.core.EstimateSource
import app.cairn.core.Position
import app.cairn.ui.parts.Explanation
import app.cairn.ui.parts.Group
import app.cairn.ui.parts.Line
import app.cairn.ui.parts.Page
import app.cairn.ui.parts.SwitchRow
import app.cairn.ui.parts.TroubleGroup
import app.cairn.ui.parts.distanceText
import app.cairn.ui.parts.ofApp
import app.cairn.ui.parts.openDeveloperOptions
import app.cairn.ui.parts.rememberPermissions
import java.util.Locale

@Composable
fun LocateRoute(back: () -> Unit) {
    val model = ofApp(::LocateViewModel)
    val state by model.state.collectAsStateWithLifecycle()
    val failure by model.failure.collectAsStateWithLifecycle()
    val telling by model.telling.collectAsStateWithLifecycle()
    val context = LocalContext.current
    val permissions = rememberPermissions { model.locate() }
    val pick = rememberLauncherForActivityResult(OpenDocument()) { uri -> uri?.let(model::addPack) }
    LaunchedEffect(Unit) { model.load() }
    val packs = PackActions({ pick.launch(arrayOf("*/*")) }, { model.removePack(it) })
    LocateScreen(state, telling, failure, back, { model.locate() }, permissions::askForLocation, model::tellOthers, packs) { position ->
        val geo = "geo:%.6f,%.6f".format(Locale.ROOT, position.lat, position.lon)
        val send = Intent(Intent.ACTION_SEND).setType("text/plain").putExtra(Intent.EXTRA_TEXT, geo)
        send.clipData = ClipData.newPlainText(null, geo)
        context.startActivity(Intent.createChooser(send, null))
    }
}

@Composable
fun LocateScreen(
    state: LocateState,
    telling: Telling,
    failure: String?,
    back: () -> Unit,
    locate: () -> Unit,
    permit: () -> Unit,
    tellOthers: (Boolean) -> Unit,
    packs: PackActions,
    share: (Position) -> Unit,
) = Page(stringResource(R.string.locate), back) {
    Explanation(stringResource(R.string.locate_explanation))
    failure?.let { TroubleGroup(it) }
    val position = state.position
    when {
        !state.allowed -> Group {
            Text(stringResource(R.string.locate_permission))
            OutlinedButton(permit) { Text(stringResource(R.string.permit)) }
        }
        position != null -> Answer(position, state, share)
        state.asked -> Group {
            Text(stringResource(R.string.locate_unknown))
            Explanation(stringResource(R.string.locate_unknown_why))
            Heard(state)
        }
    }
    if (state.asking) LinearProgressIndicator(Modifier.fillMaxWidth())
    Button(locate, Modifier.fillMaxWidth(), enabled = !state.asking) { Text(stringResource(R.string.locate_now)) }
    Packs(state.packs, packs)
    if (state.allowed) Others(telling, tellOthers)
}

/** The estimate as a mock location: what a phone without network positions is missing. */
@Composable
private fun Others(telling: Telling, tellOthers: (Boolean) -> Unit) = Group(stringResource(R.string.telling_title)) {
    val isOn = telling == Telling.ON
    SwitchRow(stringResource(R.string.telling), stringResource(R.string.telling_explanation), isOn, change = tellOthers)
    if (telling == Telling.NOT_CHOSEN) {
        val context = LocalContext.current
        Text(stringResource(R.string.telling_not_chosen), color = MaterialTheme.colorScheme.error)
        OutlinedButton({ context.openDeveloperOptions() }) { Text(stringResource(R.string.open_settings)) }
    }
}

@Composable
private fun Answer(position: Position, state: LocateState, share: (Position) -> Unit) = Group {
    val numbers = "%.5f, %.5f".format(Locale.ROOT, position.lat, position.lon)
    // Latitude first, whichever way the language is read.
    Text(numbers, style = MaterialTheme.typography.headlineSmall.copy(textDirection = TextDirection.Ltr))
    Radii(position)
    Line(stringResource(R.string.radius68), distanceText(position.r68M))
    Line(stringResource(R.string.radius95), distanceText(position.r95M))
    Line(stringResource(R.string.made_of), sourceText(position))
    Heard(state)
    OutlinedButton({ share(position) }) { Text(stringResource(R.string.share)) }
}

@Composable
private fun sourceText(position: Position): String {
    val used = position.used.toInt()
    return when (position.source) {
        EstimateSource.WIFI -> pluralStringResource(R.plurals.of_wifi, used, used)
        EstimateSource.BEACON -> pluralStringResource(R.plurals.of_beacons, used, used)
        EstimateSource.CELL -> pluralStringResource(R.plurals.of_cells, used, used)
        EstimateSource.AREA -> stringResource(R.string.of_area)
    }
}

@Composable
private fun Heard(state: LocateState) =
    Line(stringResource(R.string.heard_now), stringResource(R.string.heard_numbers, state.wifi, state.cells, state.beacons))

/** Both radii to scale. */
@Composable
private fun Radii(position: Position) {
    val colour = MaterialTheme.colorScheme.primary
    val description = stringResource(R.string.radii_description, distanceText(position.r68M), distanceText(position.r95M))
    Canvas(Modifier.fillMaxWidth().height(160.dp).semantics { contentDescription = description }) {
        val outer = size.minDimension / 2 - 2.dp.toPx()
        val inner = outer * (position.r68M / position.r95M).toFloat()
        drawCircle(colour.copy(alpha = 0.15f), outer)
        drawCircle(colour.copy(alpha = 0.25f), inner)
        drawCircle(colour, outer, style = Stroke(1.dp.toPx()))
        drawCircle(colour, inner, style = Stroke(2.dp.toPx()))
        drawCircle(colour, 4.dp.toPx())
    }
}
