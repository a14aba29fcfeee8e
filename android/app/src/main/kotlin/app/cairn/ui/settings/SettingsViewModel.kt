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

class SettingsViewModel(app: CairnApp) : CoreViewModel(app) {
    private val known = MutableStateFlow(SettingsState())

    val state: StateFlow<SettingsState> = combine(known, app.settings.choices, app.collecting.state) { known, choices, collecting ->
        known.copy(choices = choices, isPositionKnown = collecting.fix != null)
    }.stateIn(viewModelScope, SharingStarted.WhileSubscribed(KEEP_MS), SettingsState())

    fun load() = ask { read() }

    fun change(change: (Choices) -> Choices) = viewModelScope.launch { app.settings.change(change) }

    fun addService(choice: ServiceChoice) = ask {
        app.core.addService(choice)
        read()
    }

    fun setService(id: Long, choice: ServiceChoice) = ask {
        app.core.setService(id, choice)
        read()
    }

    fun removeService(id: Long) = ask {
        app.core.removeService(id)
        read()
    }

    /** Around where the phone is. The screen has asked. */
    fun addZoneHere() = ask {
        val fix = app.collecting.state.value.fix ?: return@ask
        addZone(fix.lat, fix.lon)
    }

    fun addZone(lat: Double, lon: Double) = ask {
        val added = app.core.addZone(lat, lon)
        read(app.getString(R.string.zone_added, reportsText(app.resources, added.reportsDeleted)))
    }

    fun removeZone(id: Long) = ask {
        app.core.removeZone(id)
        read()
    }

    fun refuseName(part: String) = ask {
        app.core.refuseName(part)
        read()
    }

    fun allowName(part: String) = ask {
        app.core.allowName(part)
        read()
    }

    fun refuseAddress(address: String) = ask {
        app.core.refuseAddress(address)
        read()
    }

    fun allowAddress(address: String) = ask {
        app.core.allowAddress(address)
        read()
    }

    fun setMapFile(source: Uri) = ask {
        val path = app.files.keepMap(source)
        app.settings.change { it.copy(mapFile = path) }
    }

    fun removeMapFile() = ask {
        app.settings.change { it.copy(mapFile = null) }
        app.files.removeMap()
    }

    private suspend fun read(done: String? = null) {
        val (services, rules) = app.core.outbox() to app.core.privacyRules()
        known.value = SettingsState(services = services, rules = rules, done = done)
    }

    private companion object {
        const val KEEP_MS = 5_000L
    }
}
