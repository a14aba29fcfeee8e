package app.cairn.ui.data

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.AlertDialog
import androidx.compose.material3.Button
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedButton
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.unit.dp
import app.cairn.R
import app.cairn.core.BackupKey
import app.cairn.ui.parts.Explanation
import app.cairn.ui.parts.Group

/** What can be done with backups; each is called once the user has said what opens the file. */
class BackupActions(
    val create: (password: String) -> Unit,
    val restore: (BackupKey) -> Unit,
    val rekey: (BackupKey, password: String) -> Unit,
    val share: (secrets: String) -> Unit,
    val kept: () -> Unit,
)

private enum class Asking { CREATE, RESTORE, REKEY }

/** Everything in one file that only its owner opens. */
@Composable
fun Backup(isIdle: Boolean, actions: BackupActions) = Group(stringResource(R.string.backup)) {
    var asking by rememberSaveable { mutableStateOf<Asking?>(null) }
    Explanation(stringResource(R.string.backup_explanation))
    Button({ asking = Asking.CREATE }, enabled = isIdle) { Text(stringResource(R.string.backup_create)) }
    FlowRow(Modifier, Arrangement.spacedBy(8.dp), Arrangement.spacedBy(4.dp)) {
        OutlinedButton({ asking = Asking.RESTORE }, enabled = isIdle) { Text(stringResource(R.string.backup_restore)) }
        OutlinedButton({ asking = Asking.REKEY }, enabled = isIdle) { Text(stringResource(R.string.backup_rekey)) }
    }
    when (asking) {
        Asking.CREATE -> CreateBackup(actions.create) { asking = null }
        Asking.RESTORE -> RestoreBackup(actions.restore) { asking = null }
        Asking.REKEY -> RekeyBackup(actions.rekey) { asking = null }
        null -> Unit
    }
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
fun RecoveryCode(secrets: Secrets, share: (String) -> Unit, kept: () -> Unit) = AlertDialog(
    // A finger that slips beside the dialog must not be the end of the code.
    onDismissRequest = {},
    title = { Text(stringResource(R.string.recovery_code)) },
    text = {
        Column(Modifier.verticalScroll(rememberScrollState()), Arrangement.spacedBy(12.dp)) {
            Code(secrets.code, MaterialTheme.typography.titleLarge)
            Text(stringResource(R.string.recovery_code_explanation))
            secrets.vaultId?.let {
                VaultId(it)
                Text(stringResource(R.string.vault_id_explanation))
            }
        }
    },
    confirmButton = { TextButton(kept) { Text(stringResource(R.string.recovery_kept)) } },
    dismissButton = {
        TextButton({ share(listOfNotNull(secrets.vaultId, secrets.code).joinToString("\n")) }) { Text(stringResource(R.string.share)) }
    },
)
