package app.cairn.ui.onboarding

import androidx.activity.compose.BackHandler
import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.navigationBarsPadding
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.selection.selectable
import androidx.compose.foundation.shape.CircleShape
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.Button
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.RadioButton
import androidx.compose.material3.Scaffold
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableIntStateOf
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.painterResource
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import androidx.lifecycle.compose.collectAsStateWithLifecycle
import app.cairn.CairnApp
import app.cairn.R
import app.cairn.core.BackupKey
import app.cairn.core.VaultPlace
import app.cairn.data.BEACON_DB
import app.cairn.data.serviceAt
import app.cairn.ui.data.DataState
import app.cairn.ui.data.DataViewModel
import app.cairn.ui.data.FetchBackup
import app.cairn.ui.parts.CoreViewModel
import app.cairn.ui.parts.Explanation
import app.cairn.ui.parts.Progress
import app.cairn.ui.parts.TroubleGroup
import app.cairn.ui.parts.ofApp
import app.cairn.ui.parts.rememberPermissions

/** The user's choice of where reports go, on the first start. */
enum class Destination(val title: Int, val explanation: Int) {
    NOWHERE(R.string.send_nowhere, R.string.send_nowhere_explanation),
    BEACONDB(R.string.send_beacondb, R.string.send_beacondb_explanation),
}

class OnboardingViewModel(app: CairnApp) : CoreViewModel(app) {
    /** Only now may anything be collected or sent. */
    fun agree(destination: Destination) = ask {
        if (destination == Destination.BEACONDB) app.core.addService(serviceAt(BEACON_DB))
        app.settings.change { it.copy(consented = true) }
    }
}

@Composable
fun OnboardingRoute() {
    val model = ofApp(::OnboardingViewModel)
    val failure by model.failure.collectAsStateWithLifecycle()
    val data = ofApp(::DataViewModel)
    val brought by data.state.collectAsStateWithLifecycle()
    val dataFailure by data.failure.collectAsStateWithLifecycle()
    var page by rememberSaveable { mutableIntStateOf(0) }
    val permissions = rememberPermissions { page++ }
    var destination by rememberSaveable { mutableStateOf(Destination.NOWHERE) }
    BackHandler(page > 0) { page-- }
    OnboardingScreen(
        page,
        destination,
        failure ?: dataFailure,
        brought,
        bring = data::fetchVault,
        cancel = data::cancel,
        choose = { destination = it },
        next = { page++ },
        permitLocation = permissions::askForLocation,
        permitNotifications = permissions::askForNotifications,
        finish = { model.agree(destination) },
    )
}

/** What it is (or what another phone had), where reports go, location, notifications, consent. Refusing a permission goes on as well. */
@Composable
fun OnboardingScreen(
    page: Int,
    destination: Destination,
    failure: String?,
    brought: DataState,
    bring: (VaultPlace, BackupKey) -> Unit,
    cancel: () -> Unit,
    choose: (Destination) -> Unit,
    next: () -> Unit,
    permitLocation: () -> Unit,
    permitNotifications: () -> Unit,
    finish: () -> Unit,
) = Scaffold(
    bottomBar = {
        // What goes on stands where the thumb is, however long the text above it.
        Column(Modifier.navigationBarsPadding().padding(horizontal = 24.dp, vertical = 16.dp), Arrangement.spacedBy(8.dp)) {
            when (page) {
                0 -> {
                    Forward(stringResource(R.string.go_on), next)
                    Bring(brought, bring, cancel)
                }
                2 -> Forward(stringResource(R.string.permit), permitLocation, next)
                3 -> Forward(stringResource(R.string.permit), permitNotifications, next)
                LAST -> Forward(stringResource(R.string.agree), finish)
                else -> Forward(stringResource(R.string.go_on), next)
            }
            Steps(page)
        }
    },
) { padding ->
    Column(
        Modifier.fillMaxSize().padding(padding).verticalScroll(rememberScrollState()).padding(24.dp),
        Arrangement.spacedBy(16.dp),
    ) {
        Icon(painterResource(R.drawable.ic_cairn), null, Modifier.size(72.dp), MaterialTheme.colorScheme.primary)
        failure?.let { TroubleGroup(it) }
        when (page) {
            0 -> {
                Title(stringResource(R.string.welcome))
                Text(stringResource(R.string.welcome_text))
                Fact(R.drawable.ic_locate, stringResource(R.string.welcome_collected))
                Fact(R.drawable.ic_outbox, stringResource(R.string.welcome_leaves))
                Fact(R.drawable.ic_never, stringResource(R.string.welcome_never))
            }
            1 -> {
                Title(stringResource(R.string.send_where))
                Destination.entries.forEach { Choice(it, it == destination) { choose(it) } }
                Explanation(stringResource(R.string.send_later))
            }
            2 -> {
                Title(stringResource(R.string.permission_location))
                Text(stringResource(R.string.permission_location_why))
            }
            3 -> {
                Title(stringResource(R.string.permission_notifications))
                Text(stringResource(R.string.permission_notifications_why))
            }
            else -> {
                Title(stringResource(R.string.ready))
                Text(stringResource(R.string.ready_text))
            }
        }
    }
}

@Composable
private fun Title(text: String) = Text(text, Modifier.semantics { heading() }, style = MaterialTheme.typography.headlineMedium)

@Composable
private fun Fact(icon: Int, text: String) {
    Row(horizontalArrangement = Arrangement.spacedBy(16.dp)) {
        Icon(painterResource(icon), null, Modifier.size(24.dp), MaterialTheme.colorScheme.primary)
        Text(text)
    }
}

@Composable
private fun Forward(text: String, action: () -> Unit, skip: (() -> Unit)? = null) {
    Button(action, Modifier.fillMaxWidth().heightIn(min = 56.dp)) { Text(text) }
    skip?.let { TextButton(it, Modifier.fillMaxWidth()) { Text(stringResource(R.string.not_now)) } }
}

/** Who has a new phone begins with what the old one had. */
@Composable
private fun Bring(brought: DataState, bring: (VaultPlace, BackupKey) -> Unit, cancel: () -> Unit) {
    var asking by rememberSaveable { mutableStateOf(false) }
    brought.doing?.let { Progress(stringResource(it), brought.share, cancel) }
    brought.done?.let { Text(it) }
    if (brought.doing == null) TextButton({ asking = true }, Modifier.fillMaxWidth()) { Text(stringResource(R.string.vault_have)) }
    if (asking) FetchBackup(null, bring) { asking = false }
}

/** How many pages there are, and which this is. */
@Composable
private fun Steps(page: Int) {
    val text = stringResource(R.string.step, page + 1, LAST + 1)
    Row(
        Modifier.fillMaxWidth().clearAndSetSemantics { contentDescription = text },
        Arrangement.spacedBy(8.dp, Alignment.CenterHorizontally),
    ) {
        repeat(LAST + 1) { step ->
            val colour = if (step == page) MaterialTheme.colorScheme.primary else MaterialTheme.colorScheme.outlineVariant
            Box(Modifier.size(8.dp).background(colour, CircleShape))
        }
    }
}

private const val LAST = 4

@Composable
private fun Choice(destination: Destination, selected: Boolean, choose: () -> Unit) {
    Row(
        Modifier.fillMaxWidth().heightIn(min = 48.dp).selectable(selected, role = Role.RadioButton, onClick = choose),
        Arrangement.spacedBy(16.dp),
        Alignment.CenterVertically,
    ) {
        RadioButton(selected, null)
        Column {
            Text(stringResource(destination.title), style = MaterialTheme.typography.titleMedium)
            Explanation(stringResource(destination.explanation))
        }
    }
}
