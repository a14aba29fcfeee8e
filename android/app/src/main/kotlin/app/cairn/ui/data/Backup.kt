package app.cairn.ui.data

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.foundation.text.selection.SelectionContainer
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.AlertDialog
import androidx.compose.material3.Button
import androidx.compose.material3.LinearProgressIndicator
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
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.text.font.FontFamily
import androidx.compose.ui.text.input.KeyboardType
import androidx.compose.ui.text.input.PasswordVisualTransformation
import androidx.compose.ui.text.input.VisualTransformation
import androidx.compose.ui.unit.dp
import app.cairn.R
import app.cairn.core.BackupKey
import app.cairn.ui.parts.Explanation
import app.cairn.ui.parts.Group
import app.cairn.ui.parts.SwitchRow

/** What can be done with backups; each is called once the user has said what opens the file. */
class BackupActions(
    val create: (password: String) -> Unit,
    val restore: (BackupKey) -> Unit,
    val rekey: (BackupKey, password: String) -> Unit,
    val share: (code: String) -> Unit,
    val kept: () -> Unit,
)

private enum class Asking { CREATE, RESTORE, REKEY }

/** Everything in one file that only its owner opens. */
@Composable
fun Backup(isIdle: Boolean, recoveryCode: String?, actions: BackupActions) = Group(stringResource(R.string.backup)) {
    var asking by rememberSaveable { mutableStateOf<Asking?>(null) }
    Explanation(stringResource(R.string.backup_explanation))
    Button({ asking = Asking.CREATE }, enabled = isIdle) { Text(stringResource(R.string.backup_create)) }
    FlowRow(horizontalArrangement = Arrangement.spacedBy(8.dp)) {
        OutlinedButton({ asking = Asking.RESTORE }, enabled = isIdle) { Text(stringResource(R.string.backup_restore)) }
        OutlinedButton({ asking = Asking.REKEY }, enabled = isIdle) { Text(stringResource(R.string.backup_rekey)) }
    }
    when (asking) {
        Asking.CREATE -> CreateBackup(actions.create) { asking = null }
        Asking.RESTORE -> RestoreBackup(actions.restore) { asking = null }
        Asking.REKEY -> RekeyBackup(actions.rekey) { asking = null }
        null -> Unit
    }
    recoveryCode?.let { RecoveryCode(it, { actions.share(it) }, actions.kept) }
}

@Composable
fun CreateBackup(create: (String) -> Unit, dismiss: () -> Unit) {
    val fresh = rememberFresh()
    Question(stringResource(R.string.backup_create), stringResource(R.string.export_save), fresh.isGood, { create(fresh.first) }, dismiss) {
        NewPassword(fresh, stringResource(R.string.password))
        Text(stringResource(R.string.password_warning), color = MaterialTheme.colorScheme.error)
    }
}

@Composable
private fun RestoreBackup(restore: (BackupKey) -> Unit, dismiss: () -> Unit) {
    val key = rememberKey()
    Question(stringResource(R.string.restore_title), stringResource(R.string.choose_file), key.isGiven, { restore(key.read()) }, dismiss) {
        Text(stringResource(R.string.restore_warning))
        KeyFields(key, stringResource(R.string.password))
    }
}

@Composable
private fun RekeyBackup(rekey: (BackupKey, String) -> Unit, dismiss: () -> Unit) {
    val key = rememberKey()
    val fresh = rememberFresh()
    val isReady = key.isGiven && fresh.isGood
    Question(stringResource(R.string.backup_rekey), stringResource(R.string.choose_file), isReady, {
        rekey(key.read(), fresh.first)
    }, dismiss) {
        KeyFields(key, stringResource(R.string.password_old))
        NewPassword(fresh, stringResource(R.string.password_new))
        Text(stringResource(R.string.password_warning), color = MaterialTheme.colorScheme.error)
    }
}

/** Shown once: it is gone with the answer. */
@Composable
private fun RecoveryCode(code: String, share: () -> Unit, kept: () -> Unit) = AlertDialog(
    // A finger that slips beside the dialog must not be the end of the code.
    onDismissRequest = {},
    title = { Text(stringResource(R.string.recovery_code)) },
    text = {
        Column(Modifier.verticalScroll(rememberScrollState()), Arrangement.spacedBy(12.dp)) {
            SelectionContainer {
                Text(code, style = MaterialTheme.typography.titleLarge, fontFamily = FontFamily.Monospace)
            }
            Text(stringResource(R.string.recovery_code_explanation))
        }
    },
    confirmButton = { TextButton(kept) { Text(stringResource(R.string.recovery_kept)) } },
    dismissButton = { TextButton(share) { Text(stringResource(R.string.share)) } },
)

@Composable
private fun Question(
    title: String,
    action: String,
    isReady: Boolean,
    confirm: () -> Unit,
    dismiss: () -> Unit,
    content: @Composable () -> Unit,
) = AlertDialog(
    onDismissRequest = dismiss,
    title = { Text(title) },
    text = { Column(Modifier.verticalScroll(rememberScrollState()), Arrangement.spacedBy(12.dp)) { content() } },
    confirmButton = {
        TextButton(
            {
                confirm()
                dismiss()
            },
            enabled = isReady,
        ) { Text(action) }
    },
    dismissButton = { TextButton(dismiss) { Text(stringResource(R.string.cancel)) } },
)

/** A new password as far as it is typed. Never saved: it must not outlive the screen. */
private class Fresh {
    var first by mutableStateOf("")
    var second by mutableStateOf("")
    val strength get() = strengthOf(first)
    val isGood get() = strength != PasswordStrength.TOO_SHORT && first == second
}

@Composable
private fun rememberFresh() = remember { Fresh() }

@Composable
private fun NewPassword(fresh: Fresh, label: String) {
    Secret(fresh.first, label) { fresh.first = it }
    if (fresh.first.isNotEmpty()) Strength(fresh.strength)
    Secret(fresh.second, stringResource(R.string.password_again)) { fresh.second = it }
    if (fresh.second.isNotEmpty() && fresh.first != fresh.second) Explanation(stringResource(R.string.password_differs))
}

@Composable
private fun Strength(strength: PasswordStrength) {
    val (share, text) = when (strength) {
        PasswordStrength.TOO_SHORT -> 0.1f to R.string.password_short
        PasswordStrength.WEAK -> 0.35f to R.string.password_weak
        PasswordStrength.FAIR -> 0.7f to R.string.password_fair
        PasswordStrength.STRONG -> 1f to R.string.password_strong
    }
    LinearProgressIndicator({ share }, Modifier.fillMaxWidth().clearAndSetSemantics {}, drawStopIndicator = {})
    Explanation(stringResource(text))
}

/** What opens a backup, as far as it is typed. */
private class Key {
    var text by mutableStateOf("")
    var isCode by mutableStateOf(false)
    val isGiven get() = text.isNotBlank()

    fun read(): BackupKey = if (isCode) BackupKey.Printed(text) else BackupKey.Typed(text)
}

@Composable
private fun rememberKey() = remember { Key() }

@Composable
private fun KeyFields(key: Key, label: String) {
    if (key.isCode) {
        OutlinedTextField(
            key.text,
            { key.text = it },
            Modifier.fillMaxWidth(),
            label = { Text(stringResource(R.string.recovery_code)) },
            textStyle = MaterialTheme.typography.bodyLarge.copy(fontFamily = FontFamily.Monospace),
        )
    } else {
        Secret(key.text, label) { key.text = it }
    }
    SwitchRow(stringResource(R.string.recovery_use), checked = key.isCode) {
        key.isCode = it
        key.text = ""
    }
}

@Composable
private fun Secret(text: String, label: String, change: (String) -> Unit) {
    var isShown by remember { mutableStateOf(false) }
    OutlinedTextField(
        text,
        change,
        Modifier.fillMaxWidth(),
        label = { Text(label) },
        singleLine = true,
        visualTransformation = if (isShown) VisualTransformation.None else PasswordVisualTransformation(),
        // No keyboard learns it.
        keyboardOptions = KeyboardOptions(keyboardType = KeyboardType.Password, autoCorrectEnabled = false),
        trailingIcon = {
            TextButton({ isShown = !isShown }) { Text(stringResource(if (isShown) R.string.password_hide else R.string.password_show)) }
        },
    )
}
