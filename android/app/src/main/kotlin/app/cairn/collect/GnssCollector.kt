package app.cairn.collect

import android.Manifest.permission.ACCESS_FINE_LOCATION
import android.annotation.SuppressLint
import android.content.Context
import android.content.pm.PackageManager.PERMISSION_GRANTED
import android.location.GnssStatus
import android.location.Location
import android.location.LocationListener
import android.location.LocationManager
import android.os.Build
import android.os.Handler
import app.cairn.core.FixEvent
import app.cairn.core.Sensor
import java.util.TimeZone
import java.util.concurrent.Executor

/** Positions of the satellite receiver, never of the network provider: what is learned must not come from a service. */
class GnssCollector(private val context: Context, private val handler: Handler) : Collector {
    override val sensor = Sensor.GNSS

    /** Satellites used in the last fix, for the screen; null before the first status. */
    @Volatile var satellitesUsed: Int? = null
        private set

    private val locations get() = context.getSystemService(LocationManager::class.java)
    private var listener: LocationListener? = null

    private val satellites = object : GnssStatus.Callback() {
        override fun onSatelliteStatusChanged(status: GnssStatus) {
            satellitesUsed = (0 until status.satelliteCount).count(status::usedInFix)
        }
    }

    @SuppressLint("MissingPermission") // Checked by hand, for every caller.
    override fun start(intervalMs: Long, tell: (Heard) -> Unit): StartResult {
        if (context.checkSelfPermission(ACCESS_FINE_LOCATION) != PERMISSION_GRANTED) {
            return StartResult.MissingPermission(ACCESS_FINE_LOCATION)
        }
        if (LocationManager.GPS_PROVIDER !in locations.allProviders) return StartResult.Unavailable
        stop()
        val listener = LocationListener { location -> tell(Heard.AFix(location.toFixEvent())) }
        this.listener = listener
        locations.requestLocationUpdates(LocationManager.GPS_PROVIDER, intervalMs, 0f, listener, handler.looper)
        locations.registerGnssStatusCallback(Executor(handler::post), satellites)
        return StartResult.Started
    }

    override fun stop() {
        listener?.let(locations::removeUpdates)
        listener = null
        locations.unregisterGnssStatusCallback(satellites)
        satellitesUsed = null
    }
}

/** What the provider did not say stays null. Time is by elapsedRealtime: the wall clock may jump. */
fun Location.toFixEvent() = FixEvent(
    monoMs = elapsedRealtimeNanos / 1_000_000,
    utcMs = time,
    utcOffsetMin = (TimeZone.getDefault().getOffset(time) / 60_000).toShort(),
    lat = latitude,
    lon = longitude,
    accuracyM = accuracy.toDouble().takeIf { hasAccuracy() },
    altitudeM = altitude.takeIf { hasAltitude() },
    altitudeAccuracyM = verticalAccuracyMeters.toDouble().takeIf { hasVerticalAccuracy() },
    speedMps = speed.toDouble().takeIf { hasSpeed() },
    headingDeg = bearing.toDouble().takeIf { hasBearing() },
    pressureHpa = null,
    mock = if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.S) isMock else isFromMockProvider,
)
