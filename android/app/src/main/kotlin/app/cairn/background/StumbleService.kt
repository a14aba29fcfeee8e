package app.cairn.background

import android.app.NotificationManager
import android.app.Service
import android.content.Context
import android.content.Intent
import android.content.pm.ServiceInfo.FOREGROUND_SERVICE_TYPE_LOCATION
import android.os.IBinder
import android.os.PowerManager
import app.cairn.cairn
import app.cairn.collect.mayLocate
import app.cairn.collect.mayLocateUnseen
import app.cairn.core.CollectingStatus
import app.cairn.core.CoreException
import app.cairn.core.Reached
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.collectLatest
import kotlinx.coroutines.flow.distinctUntilChangedBy
import kotlinx.coroutines.launch

/**
 * Keeps collecting while the app is not on the screen, and says so. It ends only when the supervisor has finished: a scan
 * that was delivered is stored.
 */
class StumbleService : Service() {
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main.immediate)
    private val notice by lazy { CollectingNotice(this) }
    private val lock by lazy { getSystemService(PowerManager::class.java).newWakeLock(PowerManager.PARTIAL_WAKE_LOCK, LOCK) }

    override fun onBind(intent: Intent?): IBinder? = null

    override fun onStartCommand(intent: Intent?, flags: Int, startId: Int): Int {
        if (!mayLocate() || !comesForward()) {
            // The permission was taken away meanwhile, or the system made the service anew while nobody looks.
            stopSelf()
            return START_NOT_STICKY
        }
        when (intent?.action) {
            ACTION_STOP -> scope.launch {
                cairn.settings.change { it.copy(collecting = false, resting = false) }
                cairn.collecting.stop()
            }
            ACTION_PAUSE -> scope.launch {
                cairn.settings.change { it.copy(resting = it.collecting) }
                cairn.collecting.pause()
            }
            else -> begin(goOn = intent == null || intent.action == ACTION_GO_ON)
        }
        return START_STICKY
    }

    private fun comesForward(): Boolean = try {
        startForeground(CollectingNotice.ID, notice.of(cairn.collecting.state.value, null), FOREGROUND_SERVICE_TYPE_LOCATION)
        true
    } catch (_: SecurityException) {
        notice.offerToGoOn()
        false
    } catch (_: IllegalStateException) {
        // From Android 12 on some services that were killed may not come back by themselves.
        notice.offerToGoOn()
        false
    }

    /** [goOn] where a process before this one collected: the supervisor then knows that its scans may still be counted. */
    private fun begin(goOn: Boolean) {
        scope.launch {
            val choices = cairn.settings.now()
            if (!choices.consented) {
                stopSelf()
                return@launch
            }
            cairn.settings.change { it.copy(collecting = true, resting = goOn && it.resting) }
            cairn.collecting.start(goOn, goOn && choices.resting) { stopSelf() }
            show()
        }
    }

    private var showing = false

    private fun show() {
        if (showing) return
        showing = true
        scope.launch {
            // Fixes change the state every second: the words only change with the status, and the trip's numbers may wait.
            cairn.collecting.state.distinctUntilChangedBy { it.status to it.trouble }.collectLatest { state ->
                holdAwake(state.status)
                do {
                    getSystemService(NotificationManager::class.java).notify(CollectingNotice.ID, notice.of(state, trip()))
                    StumbleWidget.refresh(this@StumbleService)
                    delay(REFRESH_MS)
                } while (state.status == CollectingStatus.Collecting)
            }
        }
    }

    /** Null where there is none, or the core is in trouble, which the collection tells by itself. */
    private suspend fun trip(): Reached? = try {
        cairn.core.trip()
    } catch (_: CoreException) {
        null
    }

    /** Awake while something is heard, asleep while it waits: significant motion and the alarm wake the phone by themselves. */
    private fun holdAwake(status: CollectingStatus) {
        val awake = status !is CollectingStatus.Paused && status !is CollectingStatus.Stopped
        if (awake && !lock.isHeld) lock.acquire(MAX_AWAKE_MS)
        if (!awake && lock.isHeld) lock.release()
    }

    override fun onDestroy() {
        if (lock.isHeld) lock.release()
        scope.cancel()
        UploadWorker.enqueue(this)
        cairn.scope.launch { StumbleWidget.refresh(applicationContext) }
    }

    companion object {
        private const val LOCK = "cairn:collecting"
        private const val REFRESH_MS = 5_000L
        private const val ACTION_START = "app.cairn.START"
        private const val ACTION_STOP = "app.cairn.STOP"
        private const val ACTION_PAUSE = "app.cairn.PAUSE"
        private const val ACTION_GO_ON = "app.cairn.GO_ON"

        /** A trip of a day; a longer one takes the lock again with its next status. */
        private const val MAX_AWAKE_MS = 24 * 60 * 60 * 1_000L

        fun startIntent(context: Context): Intent = intent(context, ACTION_START)

        /** False without the permission for location: a service that cannot say that it runs would end the process. */
        fun start(context: Context): Boolean = begin(context, startIntent(context))

        /** After a reboot, an update or a killed process. */
        fun goOn(context: Context): Boolean = begin(context, intent(context, ACTION_GO_ON))

        /** What [start] and [goOn] do, while the app is not seen: where Android forbids it, a notification offers it. */
        fun beginUnseen(context: Context, goOn: Boolean) {
            val began = context.mayLocateUnseen() && if (goOn) goOn(context) else start(context)
            if (!began) CollectingNotice(context).offerToGoOn()
        }

        private fun begin(context: Context, intent: Intent): Boolean = try {
            context.mayLocate() && context.startForegroundService(intent) != null
        } catch (_: IllegalStateException) {
            // What Android 12 and later throw where a service may not begin unseen.
            false
        }

        fun stopIntent(context: Context): Intent = intent(context, ACTION_STOP)

        fun pauseIntent(context: Context): Intent = intent(context, ACTION_PAUSE)

        fun pause(context: Context) = context.startService(pauseIntent(context))

        fun stop(context: Context) = context.startService(stopIntent(context))

        private fun intent(context: Context, action: String) = Intent(context, StumbleService::class.java).setAction(action)
    }
}
