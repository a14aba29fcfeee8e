package app.cairn.ui.settings

import android.net.Uri
import androidx.compose.runtime.Immutable
import androidx.lifecycle.viewModelScope
import app.cairn.CairnApp
import app.cairn.R
import app.cairn.core.OutboxRow
import app.cairn.core.PrivacyRules
import app.cairn.core.ServiceChoice
import app.cairn.data.Choices
import app.cairn.ui.parts.CoreViewModel
import app.cairn.ui.parts.reportsText
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.stateIn
import kotlinx.coroutines.launch

/** Everything the settings show. */
@Immutable
data class SettingsState(
    val choices: Choices = Choices(),
    val services: List<OutboxRow> = emptyList(),
    val rules: PrivacyRules? = null,
    /** Whether there is a position to make a zone around. */
    val isPositionKnown: Boolean = false,
    /** What came of the last thing done. */
    val done: String? = null,
)

class SettingsViewModel(app: CairnApp) : CoreViewModel(app), SettingsActions {
    private val known = MutableStateFlow(SettingsState())

    val state: StateFlow<SettingsState> = combine(known, app.settings.choices, app.collecting.state) { known, choices, collecting ->
        known.copy(choices = choices, isPositionKnown = collecting.fix != null)
    }.stateIn(viewModelScope, SharingStarted.WhileSubscribed(KEEP_MS), SettingsState())

    fun load() = ask { read() }

    override fun change(change: (Choices) -> Choices) {
        viewModelScope.launch { app.settings.change(change) }
    }

    override fun addService(choice: ServiceChoice) = thenRead { app.core.addService(choice) }

    override fun setService(id: Long, choice: ServiceChoice) = thenRead { app.core.setService(id, choice) }

    override fun removeService(id: Long) = thenRead { app.core.removeService(id) }

    /** Around where the phone is. The screen has asked. */
    override fun addZoneHere() {
        ask {
            val fix = app.collecting.state.value.fix ?: return@ask
            val added = app.core.addZone(fix.lat, fix.lon)
            read(app.getString(R.string.zone_added, reportsText(app.resources, added.reportsDeleted)))
        }
    }

    override fun removeZone(id: Long) = thenRead { app.core.removeZone(id) }

    override fun refuseName(part: String) = thenRead { app.core.refuseName(part) }

    override fun allowName(part: String) = thenRead { app.core.allowName(part) }

    override fun refuseAddress(address: String) = thenRead { app.core.refuseAddress(address) }

    override fun allowAddress(address: String) = thenRead { app.core.allowAddress(address) }

    override fun setMapFile(source: Uri) {
        ask {
            val path = app.files.keepMap(source)
            app.settings.change { it.copy(mapFile = path) }
        }
    }

    override fun removeMapFile() {
        ask {
            app.settings.change { it.copy(mapFile = null) }
            app.files.removeMap()
        }
    }

    private fun thenRead(work: suspend () -> Unit) {
        ask {
            work()
            read()
        }
    }

    private suspend fun read(done: String? = null) {
        val (services, rules) = app.core.outbox() to app.core.privacyRules()
        known.value = SettingsState(services = services, rules = rules, done = done)
    }

    private companion object {
        const val KEEP_MS = 5_000L
    }
}
