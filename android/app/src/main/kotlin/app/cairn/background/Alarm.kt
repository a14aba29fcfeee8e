package app.cairn.background

import android.app.AlarmManager
import android.content.Context
import android.os.Handler

/** One alarm of this process, which wakes the phone: the supervisor asks for no more than one. */
class Alarm(context: Context, private val handler: Handler) {
    private val alarms = context.getSystemService(AlarmManager::class.java)
    private var listener: AlarmManager.OnAlarmListener? = null

    /** Calls back at this elapsedRealtime, or somewhat later where the phone sleeps deeply. */
    fun set(monoMs: Long, ring: () -> Unit) {
        cancel()
        val listener = AlarmManager.OnAlarmListener(ring)
        this.listener = listener
        alarms.set(AlarmManager.ELAPSED_REALTIME_WAKEUP, monoMs, TAG, listener, handler)
    }

    fun cancel() {
        listener?.let(alarms::cancel)
        listener = null
    }

    private companion object {
        const val TAG = "cairn:supervisor"
    }
}
