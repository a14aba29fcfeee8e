package app.cairn.collect

import android.content.Context
import android.hardware.SensorManager
import android.hardware.TriggerEvent
import android.hardware.TriggerEventListener
import app.cairn.core.PhoneEvent
import app.cairn.core.Sensor

/** Android's significant-motion sensor: wakes a sleeping phone that starts to walk or drive, without GPS. */
class MotionCollector(context: Context) : Collector {
    override val sensor = Sensor.MOTION

    private val sensors = context.getSystemService(SensorManager::class.java)
    private var listener: TriggerEventListener? = null

    override fun start(intervalMs: Long, tell: (Heard) -> Unit): StartResult {
        val motion = sensors.getDefaultSensor(android.hardware.Sensor.TYPE_SIGNIFICANT_MOTION) ?: return StartResult.Unavailable
        stop()
        val listener = object : TriggerEventListener() {
            override fun onTrigger(event: TriggerEvent) {
                tell(Heard.AnEvent(PhoneEvent.Moved))
                // It triggers once: asked again for as long as it is wanted.
                if (listener === this) sensors.requestTriggerSensor(this, motion)
            }
        }
        this.listener = listener
        return if (sensors.requestTriggerSensor(listener, motion)) StartResult.Started else StartResult.Unavailable
    }

    override fun stop() {
        val old = listener ?: return
        listener = null
        sensors.cancelTriggerSensor(old, sensors.getDefaultSensor(android.hardware.Sensor.TYPE_SIGNIFICANT_MOTION))
    }
}
