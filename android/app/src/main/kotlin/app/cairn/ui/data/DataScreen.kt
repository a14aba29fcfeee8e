package app.cairn.ui.data

import android.content.Intent
import android.net.Uri
import android.text.format.Formatter
import androidx.activity.compose.rememberLauncherForActivityResult
import androidx.activity.result.contract.ActivityResultContracts.CreateDocument
import androidx.activity.result.contract.ActivityResultContracts.OpenDocument
import androidx.activity.result.contract.ActivityResultContracts.OpenMultipleDocuments
import androidx.compose.material3.AlertDialog
import androidx.compose.material3.Button
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedButton
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.platform.LocalContext
import androidx.compose.ui.res.pluralStringResource
import androidx.compose.ui.res.stringResource
import androidx.lifecycle.compose.collectAsStateWithLifecycle
import app.cairn.R
import app.cairn.core.ImportResult
import app.cairn.core.MergeResult
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
fun DataRoute(back: () -> Unit, incoming: List<Uri> = emptyList()) {
    val model = ofApp(::DataViewModel)
    val state by model.state.collectAsStateWithLifecycle()
    val failure by model.failure.collectAsStateWithLifecycle()
    var wish by rememberSaveable(stateSaver = ExportWish.Saver) { mutableStateOf(ExportWish()) }
    var upload by rememberSaveable { mutableStateOf(false) }
    val pick = rememberLauncherForActivityResult(OpenMultipleDocuments()) { if (it.isNotEmpty()) model.import(it, upload) }
    val pickOther = rememberLauncherForActivityResult(OpenDocument()) { uri -> uri?.let(model::merge) }
    val make = rememberLauncherForActivityResult(CreateDocument("application/octet-stream")) { uri ->
        uri?.let { model.export(it, wish) }
    }
    LaunchedEffect(Unit) { model.load() }
    var handedOver by rememberSaveable { mutableStateOf(incoming) }
    DataScreen(
        state,
        failure,
        back,
        rememberBackupActions(model),
        remember(model) {
            OwnServiceActions(model::beginVault, model::storeInVault, model::fetchVault, model::rekeyVault) { model.forgetVault() }
        },
        import = {
            upload = it
            pick.launch(arrayOf("*/*"))
        },
        merge = { pickOther.launch(arrayOf("*/*")) },
        wish = wish,
        changeWish = { wish = it },
        export = { make.launch(wish.fileName) },
        erase = { model.erase() },
        cancel = model::cancel,
    )
    if (handedOver.isNotEmpty()) {
        HandedOver(handedOver.size, { upload -> model.import(handedOver, upload) }) { handedOver = emptyList() }
    }
}

@Composable
private fun rememberBackupActions(model: DataViewModel): BackupActions {
    val context = LocalContext.current
    val make = rememberLauncherForActivityResult(CreateDocument("application/octet-stream")) { uri -> uri?.let(model::createBackup) }
    val restore = rememberLauncherForActivityResult(OpenDocument()) { uri -> uri?.let(model::restoreBackup) }
    val rewrite = rememberLauncherForActivityResult(CreateDocument("application/octet-stream")) { uri -> uri?.let(model::rekeyBackup) }
    val reopen = rememberLauncherForActivityResult(OpenDocument()) { uri ->
        uri?.let {
            model.openBackup(it)
            rewrite.launch(BACKUP_NAME)
        }
    }
    return remember(model) {
        BackupActions(
            create = { password ->
                model.chooseLocks(password)
                make.launch(BACKUP_NAME)
            },
            restore = { key ->
                model.chooseLocks("", key)
                restore.launch(arrayOf("*/*"))
            },
            rekey = { key, password ->
                model.chooseLocks(password, key)
                reopen.launch(arrayOf("*/*"))
            },
            share = { secrets ->
                // Also the way to a printer and a password manager.
                val send = Intent(Intent.ACTION_SEND).setType("text/plain").putExtra(Intent.EXTRA_TEXT, secrets)
                context.startActivity(Intent.createChooser(send, null))
            },
            kept = { model.forgetSecrets() },
        )
    }
}

private const val BACKUP_NAME = "cairn.vault"

@Composable
fun DataScreen(
    state: DataState,
    failure: String?,
    back: () -> Unit,
    backup: BackupActions,
    ownService: OwnServiceActions,
    import: (Boolean) -> Unit,
    merge: () -> Unit,
    wish: ExportWish,
    changeWish: (ExportWish) -> Unit,
    export: () -> Unit,
    erase: () -> Unit,
    cancel: () -> Unit,
) = Page(stringResource(R.string.data), back) {
    failure?.let { TroubleGroup(it) }
    state.saved?.let { TroubleGroup(savedText(LocalContext.current.resources, it)) }
    state.doing?.let { Group { Progress(stringResource(it), state.share, cancel) } }
    state.done?.let { Group { Text(it) } }
    state.imported.forEach { Imported(it) }
    state.merged?.let { Merged(it) }
    val isIdle = state.doing == null
    Import(isIdle, import)
    Backup(isIdle, backup)
    OwnService(isIdle, state.vault, state.isVaultBegun, ownService)
    state.secrets?.let { RecoveryCode(it, backup.share, backup.kept) }
    Merge(isIdle, merge)
    Export(isIdle, wish, state.parts, changeWish, export)
    state.numbers?.let { Stored(it) }
    Erase(isIdle, erase)
}

/** Another app has handed over files: what becomes of them, the user says. */
@Composable
private fun HandedOver(files: Int, import: (Boolean) -> Unit, dismiss: () -> Unit) {
    var upload by rememberSaveable { mutableStateOf(false) }
    AlertDialog(
        onDismissRequest = dismiss,
        title = { Text(pluralStringResource(R.plurals.handed_over, files, files)) },
        text = {
            SwitchRow(
                stringResource(R.string.import_upload),
                stringResource(R.string.import_upload_explanation),
                upload,
            ) { upload = it }
        },
        confirmButton = {
            TextButton({
                import(upload)
                dismiss()
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
private fun Merged(result: MergeResult) = Group(stringResource(R.string.merged)) {
    Line(stringResource(R.string.merged_reports), numberText(result.reports.toLong()))
    Line(stringResource(R.string.merged_emitters), numberText(result.emitters.toLong()))
    Line(stringResource(R.string.merged_ground), numberText(result.hexagons.toLong()))
    if (result.deleted > 0uL) Line(stringResource(R.string.merged_deleted), numberText(result.deleted.toLong()))
    if (result.services.isNotEmpty()) Explanation(stringResource(R.string.merged_services))
}

/** Another phone's history, or an older one of this phone. */
@Composable
private fun Merge(isIdle: Boolean, merge: () -> Unit) = Group(stringResource(R.string.merge_title)) {
    var asking by rememberSaveable { mutableStateOf(false) }
    Explanation(stringResource(R.string.merge_explanation))
    OutlinedButton({ asking = true }, enabled = isIdle) { Text(stringResource(R.string.merge)) }
    if (asking) {
        val title = stringResource(R.string.merge_question)
        Ask(title, stringResource(R.string.merge_warning), stringResource(R.string.choose_file), merge) { asking = false }
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
