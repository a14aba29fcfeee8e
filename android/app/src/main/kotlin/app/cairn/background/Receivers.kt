package app.cairn.background

import android.content.BroadcastReceiver
import android.content.Context
import android.content.Intent
import app.cairn.cairn
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.launch

/** After a reboot or an update collecting goes on as the user had it. */
class ComeBack : BroadcastReceiver() {
    override fun onReceive(context: Context, intent: Intent) {
        if (intent.action !in EXPECTED) return
        later {
            if (context.cairn.settings.now().collecting) StumbleService.beginUnseen(context, goOn = true)
        }
    }

    private companion object {
        val EXPECTED = setOf(Intent.ACTION_BOOT_COMPLETED, Intent.ACTION_MY_PACKAGE_REPLACED)
    }
}

/**
 * For automation apps: `app.cairn.action.START`, `.PAUSE`, `.STOP` and `.UPLOAD` do what the buttons do, where the user has allowed it
 * in the settings. They carry nothing and answer nothing.
 */
class Automation : BroadcastReceiver() {
    override fun onReceive(context: Context, intent: Intent) = later {
        val choices = context.cairn.settings.now()
        if (!choices.automation || !choices.consented) return@later
        when (intent.action) {
            "app.cairn.action.START" -> StumbleService.beginUnseen(context, goOn = false)
            "app.cairn.action.PAUSE" -> if (choices.collecting) StumbleService.pause(context)
            "app.cairn.action.STOP" -> StumbleService.stop(context)
            "app.cairn.action.UPLOAD" -> UploadWorker.enqueue(context, hurry = true)
        }
    }
}

/** Does something short that suspends, and keeps the process alive for it. */
fun BroadcastReceiver.later(work: suspend () -> Unit) {
    val pending: BroadcastReceiver.PendingResult? = goAsync()
    CoroutineScope(Dispatchers.Main.immediate).launch {
        try {
            work()
        } finally {
            pending?.finish()
        }
    }
}
