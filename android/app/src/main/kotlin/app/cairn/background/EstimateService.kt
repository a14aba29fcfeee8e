package app.cairn.background

import android.app.Service
import android.content.Intent
import android.content.pm.PackageManager.PERMISSION_GRANTED
import android.os.Bundle
import android.os.DeadObjectException
import android.os.Handler
import android.os.IBinder
import android.os.Looper
import android.os.Message
import android.os.Messenger
import android.os.SystemClock
import app.cairn.cairn
import app.cairn.core.CoreException
import app.cairn.core.EstimateSource
import app.cairn.core.Position
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.launch
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock

/**
 * Tells other apps where the phone is, from what it hears and has learned: no satellites, no network. Only to apps that hold
 * [PERMISSION], and only while the user allows it in the settings. `docs/other-apps.md` has the messages.
 */
class EstimateService : Service() {
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main.immediate)
    private val messenger = Messenger(
        Handler(Looper.getMainLooper()) { message ->
            message.replyTo?.takeIf { message.what == ASK }?.let { answer(it, message.sendingUid) }
            true
        },
    )
    private val oneAtATime = Mutex()
    private var last: Message? = null
    private var lastAt = 0L

    override fun onBind(intent: Intent): IBinder = messenger.binder

    private fun answer(asker: Messenger, uid: Int) {
        scope.launch {
            // The binder can be handed on: whoever asks must hold the permission, not only whoever has bound.
            val isAllowed = checkPermission(PERMISSION, NO_PID, uid) == PERMISSION_GRANTED && cairn.settings.now().shareEstimates
            val answer = if (isAllowed) oneAtATime.withLock { estimate() } else Message.obtain(null, REFUSED)
            try {
                asker.send(Message.obtain(answer))
            } catch (_: DeadObjectException) {
                // The app that asked has gone.
            }
        }
    }

    /** Scans cost battery: who asks again within seconds gets the same answer. */
    private suspend fun estimate(): Message {
        val now = SystemClock.elapsedRealtime()
        last?.takeIf { now - lastAt < FRESH_MS }?.let { return it }
        val position = try {
            cairn.core.locate(Listener(cairn).listen())
        } catch (_: CoreException) {
            null
        }
        lastAt = SystemClock.elapsedRealtime()
        return (position?.let { toMessage(it, lastAt) } ?: Message.obtain(null, UNKNOWN)).also { last = it }
    }

    override fun onDestroy() = scope.cancel()

    companion object {
        const val PERMISSION = "app.cairn.permission.ESTIMATE"
        const val ASK = 1
        const val ESTIMATE = 2
        const val UNKNOWN = 3
        const val REFUSED = 4

        private const val NO_PID = -1
        private const val FRESH_MS = 5_000L

        private fun toMessage(position: Position, at: Long): Message = Message.obtain(null, ESTIMATE).apply {
            data = Bundle().apply {
                putDouble("latitude", position.lat)
                putDouble("longitude", position.lon)
                putDouble("radius68", position.r68M)
                putDouble("radius95", position.r95M)
                putString("source", sourceWord(position.source))
                putInt("used", position.used.toInt())
                putLong("elapsedRealtime", at)
            }
        }

        private fun sourceWord(source: EstimateSource) = when (source) {
            EstimateSource.WIFI -> "wifi"
            EstimateSource.BEACON -> "beacon"
            EstimateSource.CELL -> "cell"
            EstimateSource.AREA -> "area"
        }
    }
}
