package app.cairn.ui.data

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.material3.Button
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedButton
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.text.font.FontFamily
import androidx.compose.ui.text.input.KeyboardCapitalization
import androidx.compose.ui.text.style.TextDirection
import androidx.compose.ui.unit.dp
import app.cairn.R
import app.cairn.core.BackupKey
import app.cairn.core.VaultPlace
import app.cairn.data.hostOf
import app.cairn.ui.parts.AddressField
import app.cairn.ui.parts.Ask
import app.cairn.ui.parts.Explanation
import app.cairn.ui.parts.Group
import app.cairn.ui.parts.rememberAddress

/** What can be done with a backup on one's own service; each is called once the user has said what opens it. */
class OwnServiceActions(
    val begin: (url: String, allowHttp: Boolean, password: String) -> Unit,
    val store: (password: String) -> Unit,
    val fetch: (VaultPlace, BackupKey) -> Unit,
    val rekey: (BackupKey, password: String) -> Unit,
    val forget: () -> Unit,
)

private enum class Wish { BEGIN, STORE, FETCH, REKEY, FORGET }

/** The backup kept by a service of the user's own, which cannot read it. */
@Composable
fun OwnService(isIdle: Boolean, place: VaultPlace?, isBegun: Boolean, actions: OwnServiceActions) = Group(stringResource(R.string.vault)) {
    var wish by rememberSaveable { mutableStateOf<Wish?>(null) }
    Explanation(stringResource(R.string.vault_explanation))
    if (place != null && isBegun) {
        Text(hostOf(place.url), style = MaterialTheme.typography.titleSmall)
        VaultId(place.id)
        Button({ wish = Wish.STORE }, enabled = isIdle) { Text(stringResource(R.string.vault_store)) }
    } else {
        Button({ wish = Wish.BEGIN }, enabled = isIdle) { Text(stringResource(R.string.vault_begin)) }
    }
    FlowRow(Modifier, Arrangement.spacedBy(8.dp), Arrangement.spacedBy(4.dp)) {
        OutlinedButton({ wish = Wish.FETCH }, enabled = isIdle) { Text(stringResource(R.string.vault_fetch)) }
        if (isBegun) {
            OutlinedButton({ wish = Wish.REKEY }, enabled = isIdle) { Text(stringResource(R.string.backup_rekey)) }
            OutlinedButton({ wish = Wish.FORGET }, enabled = isIdle) { Text(stringResource(R.string.vault_forget)) }
        }
    }
    val dismiss = { wish = null }
    when (wish) {
        Wish.BEGIN -> Begin(place, actions.begin, dismiss)
        Wish.STORE -> Store(actions.store, dismiss)
        Wish.FETCH -> FetchBackup(place, actions.fetch, dismiss)
        Wish.REKEY -> Rekey(actions.rekey, dismiss)
        Wish.FORGET -> {
            val question = stringResource(R.string.vault_forget_question)
            Ask(question, stringResource(R.string.vault_forget_warning), stringResource(R.string.vault_forget), actions.forget, dismiss)
        }
        null -> Unit
    }
}

@Composable
fun VaultId(id: String) {
    Explanation(stringResource(R.string.vault_id))
    Code(id, MaterialTheme.typography.bodyLarge)
}

@Composable
private fun Begin(place: VaultPlace?, begin: (String, Boolean, String) -> Unit, dismiss: () -> Unit) {
    val address = rememberAddress(place?.url ?: "https://", place?.allowHttp ?: false)
    val fresh = rememberFresh()
    Question(stringResource(R.string.vault_begin), stringResource(R.string.vault_store), address.isPossible && fresh.isGood, {
        begin(address.url, address.allowHttp, fresh.first)
    }, dismiss) {
        AddressField(address)
        NewPassword(fresh, stringResource(R.string.password))
        Text(stringResource(R.string.password_warning), color = MaterialTheme.colorScheme.error)
    }
}

@Composable
private fun Store(store: (String) -> Unit, dismiss: () -> Unit) {
    val key = rememberKey()
    Question(stringResource(R.string.vault_store), stringResource(R.string.vault_store), key.isGiven, { store(key.text) }, dismiss) {
        Text(stringResource(R.string.vault_store_warning))
        Secret(key.text, stringResource(R.string.password)) { key.text = it }
    }
}

/** All that a new phone needs: an address, an id and what opens it. */
@Composable
fun FetchBackup(place: VaultPlace?, fetch: (VaultPlace, BackupKey) -> Unit, dismiss: () -> Unit) {
    val address = rememberAddress(place?.url ?: "https://", place?.allowHttp ?: false)
    var id by rememberSaveable { mutableStateOf(place?.id.orEmpty()) }
    val key = rememberKey()
    val isReady = address.isPossible && id.isNotBlank() && key.isGiven
    Question(stringResource(R.string.vault_fetch), stringResource(R.string.vault_restore), isReady, {
        fetch(VaultPlace(address.url, id, address.allowHttp), key.read())
    }, dismiss) {
        Text(stringResource(R.string.restore_warning))
        AddressField(address)
        OutlinedTextField(
            id,
            { id = it },
            Modifier.fillMaxWidth(),
            label = { Text(stringResource(R.string.vault_id)) },
            textStyle = MaterialTheme.typography.bodyLarge.copy(fontFamily = FontFamily.Monospace, textDirection = TextDirection.Ltr),
            keyboardOptions = KeyboardOptions(KeyboardCapitalization.Characters, autoCorrectEnabled = false),
        )
        KeyFields(key, stringResource(R.string.password))
    }
}

@Composable
private fun Rekey(rekey: (BackupKey, String) -> Unit, dismiss: () -> Unit) {
    val key = rememberKey()
    val fresh = rememberFresh()
    val isReady = key.isGiven && fresh.isGood
    Question(stringResource(R.string.backup_rekey), stringResource(R.string.vault_rekey), isReady, {
        rekey(key.read(), fresh.first)
    }, dismiss) {
        Text(stringResource(R.string.vault_rekey_warning))
        KeyFields(key, stringResource(R.string.password_old))
        NewPassword(fresh, stringResource(R.string.password_new))
    }
}
