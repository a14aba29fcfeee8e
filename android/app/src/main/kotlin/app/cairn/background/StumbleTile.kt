package app.cairn.background

import android.app.PendingIntent
import android.content.Intent
import android.os.Build
import android.service.quicksettings.Tile
import android.service.quicksettings.TileService
import app.cairn.cairn
import app.cairn.core.CollectingStatus
import app.cairn.ui.MainActivity
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
        if (cairn.collecting.state.value.status != CollectingStatus.Stopped) {
            StumbleService.stop(this)
        } else if (!StumbleService.start(this)) {
            // Something is missing that only the user can give: the app asks for it.
            openApp()
        }
    }

    @Suppress("DEPRECATION", "StartActivityAndCollapseDeprecated") // Up to Android 13 there is nothing else.
    private fun openApp() {
        val intent = MainActivity.startIntent(this).addFlags(Intent.FLAG_ACTIVITY_NEW_TASK)
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.UPSIDE_DOWN_CAKE) {
            startActivityAndCollapse(PendingIntent.getActivity(this, OPEN, intent, PendingIntent.FLAG_IMMUTABLE))
        } else {
            startActivityAndCollapse(intent)
        }
    }

    private companion object {
        const val OPEN = 20
    }
}
