package app.cairn.background

import android.service.quicksettings.Tile
import android.service.quicksettings.TileService
import app.cairn.cairn
import app.cairn.core.CollectingStatus
import app.cairn.ui.parts.statusText
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.launch

/** Start and stop from the quick settings. */
class StumbleTile : TileService() {
    private var watching: Job? = null

    override fun onStartListening() {
        watching = CoroutineScope(Dispatchers.Main.immediate).launch {
            cairn.collecting.state.collect { state ->
                qsTile?.apply {
                    this.state = if (state.status == CollectingStatus.Stopped) Tile.STATE_INACTIVE else Tile.STATE_ACTIVE
                    subtitle = statusText(resources, state.status)
                    updateTile()
                }
            }
        }
    }

    override fun onStopListening() {
        watching?.cancel()
    }

    override fun onClick() {
        if (cairn.collecting.state.value.status == CollectingStatus.Stopped) StumbleService.start(this) else StumbleService.stop(this)
    }
}
