package app.cairn.ui

import android.content.Context
import android.content.Intent
import android.net.Uri
import android.os.Bundle
import androidx.activity.ComponentActivity
import androidx.activity.compose.setContent
import androidx.activity.enableEdgeToEdge
import androidx.compose.runtime.getValue
import androidx.core.content.IntentCompat
import androidx.lifecycle.compose.collectAsStateWithLifecycle
import app.cairn.background.StumbleService
import app.cairn.background.UploadWorker
import app.cairn.cairn
import app.cairn.ui.onboarding.OnboardingRoute
import app.cairn.ui.theme.CairnTheme
import kotlinx.coroutines.launch

/** The only activity. The first start comes before everything else. */
class MainActivity : ComponentActivity() {
    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        enableEdgeToEdge()
        val wantsStart = savedInstanceState == null && intent.action == SHORTCUT_START
        val choices = cairn.settings.choices
        val incoming = incoming(intent)
        val place = Place.entries.firstOrNull { it.name == intent.getStringExtra(PLACE) }
        setContent {
            // Null until it is read: a start screen that flickers by would be worse than none.
            val chosen by choices.collectAsStateWithLifecycle(null)
            chosen?.let {
                CairnTheme(it.dynamicColour) {
                    val first = place ?: if (incoming.isEmpty()) Place.MAP else Place.DATA
                    if (it.consented) Cairn(first, incoming, wantsStart) else OnboardingRoute()
                }
            }
        }
    }

    override fun onResume() {
        super.onResume()
        // The user may come back from the system's settings, and the process may have been killed while it collected.
        cairn.collecting.lookAgain()
        cairn.scope.launch {
            val choices = cairn.settings.now()
            if (choices.consented) {
                UploadWorker.enqueueRegularly(this@MainActivity)
                if (choices.collecting) StumbleService.goOn(this@MainActivity)
            }
        }
    }

    /** Files that another app has shared or opened; never one of the app's own by its path. */
    private fun incoming(intent: Intent): List<Uri> {
        val uris = when (intent.action) {
            Intent.ACTION_SEND -> listOfNotNull(IntentCompat.getParcelableExtra(intent, Intent.EXTRA_STREAM, Uri::class.java))
            Intent.ACTION_SEND_MULTIPLE ->
                IntentCompat.getParcelableArrayListExtra(intent, Intent.EXTRA_STREAM, Uri::class.java).orEmpty()
            Intent.ACTION_VIEW -> listOfNotNull(intent.data)
            else -> emptyList()
        }
        return uris.filter { it.scheme == "content" }
    }

    companion object {
        const val PLACE = "place"
        private const val SHORTCUT_START = "app.cairn.shortcut.START"

        /** Opens the map and starts there: what is missing for it can be asked for. */
        fun startIntent(context: Context): Intent =
            Intent(context, MainActivity::class.java).setAction(SHORTCUT_START).addFlags(Intent.FLAG_ACTIVITY_CLEAR_TOP)
    }
}
