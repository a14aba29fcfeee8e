package app.cairn.ui.data

import android.net.Uri
import android.text.format.Formatter
import androidx.activity.compose.rememberLauncherForActivityResult
import androidx.activity.result.contract.ActivityResultContracts.CreateDocument
import androidx.activity.result.contract.ActivityResultContracts.OpenDocument
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.material3.AlertDialog
import androidx.compose.material3.Button
import androidx.compose.material3.FilterChip
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedButton
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.platform.LocalContext
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.unit.dp
import androidx.lifecycle.compose.collectAsStateWithLifecycle
import app.cairn.R
import app.cairn.core.ExportKind
import app.cairn.core.ImportResult
import app.cairn.core.Numbers
import app.cairn.ui.parts.Ask
import app.cairn.ui.parts.Explanation
import app.cairn.ui.parts.Group
import app.cairn.ui.parts.Line
import app.cairn.ui.parts.Page
import app.cairn.ui.parts.Progress
import app.cairn.ui.parts.SwitchRow
import app.cairn.ui.parts.TroubleGroup
import app.cairn.ui.parts.dropText
import app.cairn.ui.parts.numberText
import app.cairn.ui.parts.ofApp
import app.cairn.ui.parts.savedText

@Composable
fun DataRoute(back: () -> Unit, incoming: Uri? = null) {
    val model = ofApp(::DataViewModel)
    val state by model.state.collectAsStateWithLifecycle()
    val failure by model.failure.collectAsStateWithLifecycle()
    var kind by rememberSaveable { mutableStateOf(ExportKind.GEOSUBMIT) }
    var refusedOnly by rememberSaveable { mutableStateOf(false) }
    var upload by rememberSaveable { mutableStateOf(false) }
    val pick = rememberLauncherForActivityResult(OpenDocument()) { uri -> uri?.let { model.import(it, upload) } }
    val make = rememberLauncherForActivityResult(CreateDocument("application/octet-stream")) { uri ->
        uri?.let { model.export(it, kind, refusedOnly) }
    }
    LaunchedEffect(Unit) { model.load() }
    var handedOver by rememberSaveable { mutableStateOf(incoming) }
    DataScreen(
        state,
        failure,
        back,
        import = {
            upload = it
            pick.launch(arrayOf("*/*"))
        },
        export = { chosen, refused ->
            kind = chosen
            refusedOnly = refused
            make.launch(if (chosen == ExportKind.GPX) "cairn.gpx" else "cairn.json")
        },
        erase = { model.erase() },
        cancel = model::cancel,
    )
    handedOver?.let { file ->
        HandedOver({ upload -> model.import(file, upload) }) { handedOver = null }
    }
}

@Composable
fun DataScreen(
    state: DataState,
    failure: String?,
    back: () -> Unit,
    import: (Boolean) -> Unit,
    export: (ExportKind, Boolean) -> Unit,
    erase: () -> Unit,
    cancel: () -> Unit,
) = Page(stringResource(R.string.data), back) {
    failure?.let { TroubleGroup(it) }
    state.saved?.let { TroubleGroup(savedText(LocalContext.current.resources, it)) }
    state.doing?.let { Group { Progress(stringResource(it), state.share, cancel) } }
    state.done?.let { Group { Text(it) } }
    state.imported?.let { Imported(it) }
    val isIdle = state.doing == null
    Import(isIdle, import)
    Export(isIdle, export)
    state.numbers?.let { Stored(it) }
    Erase(isIdle, erase)
}

/** Another app has handed over a file: what becomes of it, the user says. */
@Composable
private fun HandedOver(import: (Boolean) -> Unit, dismiss: () -> Unit) {
    var upload by rememberSaveable { mutableStateOf(false) }
    AlertDialog(
        onDismissRequest = dismiss,
        title = { Text(stringResource(R.string.handed_over)) },
        text = {
            SwitchRow(
                stringResource(R.string.import_upload),
                stringResource(R.string.import_upload_explanation),
                upload,
            ) { upload = it }
        },
        confirmButton = {
            TextButton({
                dismiss()
                import(upload)
            }) { Text(stringResource(R.string.import_it)) }
        },
        dismissButton = { TextButton(dismiss) { Text(stringResource(R.string.cancel)) } },
    )
}

@Composable
private fun Imported(result: ImportResult) = Group(stringResource(R.string.imported)) {
    if (result.nothingNew) Text(stringResource(R.string.import_nothing_new))
    Line(stringResource(R.string.import_rows), numberText(result.rows.toLong()))
    Line(stringResource(R.string.import_heard), numberText(result.heard.toLong()))
    result.bad.forEach { bad ->
        Line(bad.english, numberText(bad.count.toLong()))
        Explanation(stringResource(R.string.import_lines, bad.firstLines.joinToString { numberText(it.toLong()) }))
    }
}

@Composable
private fun Import(isIdle: Boolean, import: (Boolean) -> Unit) = Group(stringResource(R.string.import_title)) {
    var upload by rememberSaveable { mutableStateOf(false) }
    Explanation(stringResource(R.string.import_explanation))
    SwitchRow(stringResource(R.string.import_upload), stringResource(R.string.import_upload_explanation), upload) { upload = it }
    Button({ import(upload) }, enabled = isIdle) { Text(stringResource(R.string.choose_file)) }
}

@Composable
private fun Export(isIdle: Boolean, export: (ExportKind, Boolean) -> Unit) = Group(stringResource(R.string.export_title)) {
    var kind by rememberSaveable { mutableStateOf(ExportKind.GEOSUBMIT) }
    var refusedOnly by rememberSaveable { mutableStateOf(false) }
    Explanation(stringResource(R.string.export_explanation))
    FlowRow(horizontalArrangement = Arrangement.spacedBy(8.dp)) {
        FilterChip(kind == ExportKind.GEOSUBMIT, { kind = ExportKind.GEOSUBMIT }, { Text(stringResource(R.string.format_geosubmit)) })
        FilterChip(kind == ExportKind.GPX, { kind = ExportKind.GPX }, { Text(stringResource(R.string.format_gpx)) })
    }
    SwitchRow(stringResource(R.string.export_refused), checked = refusedOnly) { refusedOnly = it }
    Button({ export(kind, refusedOnly) }, enabled = isIdle) { Text(stringResource(R.string.export_save)) }
}

@Composable
private fun Stored(numbers: Numbers) = Group(stringResource(R.string.stored)) {
    Line(stringResource(R.string.stored_reports), numberText(numbers.reports.toLong()))
    Line(stringResource(R.string.stored_sightings), numberText(numbers.sightings.toLong()))
    Line(stringResource(R.string.stored_bytes), Formatter.formatShortFileSize(LocalContext.current, numbers.bytes.toLong()))
    Line(stringResource(R.string.heard_raw), numberText(numbers.raw.toLong()))
    Line(stringResource(R.string.heard_counted), numberText(numbers.counted.toLong()))
    numbers.dropped.sortedByDescending { it.count }.forEach {
        Line(stringResource(dropText(it.reason)), numberText(it.count.toLong()))
    }
    Explanation(stringResource(R.string.stored_explanation))
}

@Composable
private fun Erase(isIdle: Boolean, erase: () -> Unit) = Group(stringResource(R.string.erase_title)) {
    var asking by rememberSaveable { mutableStateOf(false) }
    Explanation(stringResource(R.string.erase_explanation))
    OutlinedButton({ asking = true }, enabled = isIdle) {
        Text(stringResource(R.string.erase), color = MaterialTheme.colorScheme.error)
    }
    if (asking) {
        val title = stringResource(R.string.erase_question)
        Ask(title, stringResource(R.string.erase_explanation), stringResource(R.string.erase), erase) { asking = false }
    }
}
