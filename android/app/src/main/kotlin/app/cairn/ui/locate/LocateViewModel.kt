package app.cairn.ui.locate

import android.Manifest.permission.ACCESS_FINE_LOCATION
import android.content.pm.PackageManager.PERMISSION_GRANTED
import android.net.Uri
import androidx.compose.runtime.Immutable
import app.cairn.CairnApp
import app.cairn.background.Listener
import app.cairn.background.PositionService
import app.cairn.background.Telling
import app.cairn.core.CoreException
import app.cairn.core.PackRow
import app.cairn.core.Position
import app.cairn.ui.parts.CoreViewModel
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update

/** Everything "where am I" shows. */
@Immutable
data class LocateState(
    val position: Position? = null,
    val wifi: Int = 0,
    val cells: Int = 0,
    val beacons: Int = 0,
    val asking: Boolean = false,
    val asked: Boolean = false,
    val allowed: Boolean = true,
    val packs: List<PackRow> = emptyList(),
)

class LocateViewModel(app: CairnApp) : CoreViewModel(app) {
    private val mutableState = MutableStateFlow(LocateState())
    val state: StateFlow<LocateState> = mutableState.asStateFlow()

    val telling: StateFlow<Telling> = app.telling.asStateFlow()

    fun load() = ask { readPacks() }

    /** Keeps a copy of the pack; one that cannot be used is not kept. */
    fun addPack(source: Uri) = ask {
        val file = app.files.keepPack(source)
        try {
            app.core.addPack(file)
        } catch (e: CoreException) {
            app.files.removePack(file.path)
            throw e
        }
        readPacks()
    }

    fun removePack(pack: PackRow) = ask {
        app.core.removePack(pack.path)
        app.files.removePack(pack.path)
        readPacks()
    }

    private suspend fun readPacks() {
        val packs = app.core.packs()
        mutableState.update { it.copy(packs = packs) }
    }

    /** Whether other apps are to be told, as the network position of Android. */
    fun tellOthers(on: Boolean) {
        if (on) PositionService.start(app) else PositionService.stop(app)
    }

    /** Listens to the radios, without satellites and without network, and asks the core. */
    fun locate() = ask {
        if (app.checkSelfPermission(ACCESS_FINE_LOCATION) != PERMISSION_GRANTED) {
            mutableState.update { LocateState(allowed = false, packs = it.packs) }
            return@ask
        }
        mutableState.update { it.copy(asking = true, allowed = true) }
        try {
            val scan = Listener(app).listen()
            val position = app.core.locate(scan)
            mutableState.update {
                LocateState(position, scan.wifi.size, scan.cells.size, scan.beacons.size, asked = true, packs = it.packs)
            }
        } finally {
            mutableState.update { it.copy(asking = false) }
        }
    }
}
