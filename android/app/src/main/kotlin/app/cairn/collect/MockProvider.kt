package app.cairn.collect

import android.content.Context
import android.location.Criteria
import android.location.Location
import android.location.LocationManager
import android.os.SystemClock
import app.cairn.core.Position

/**
 * Android's network position, made by Cairn: for every app on the phone, once the user has chosen Cairn as the app for mock
 * locations. It is the network provider, so that the satellites' position stays what it is; Cairn itself only collects by
 * satellites, and drops what is marked as mock.
 */
class MockProvider(context: Context) {
    private val locations = context.getSystemService(LocationManager::class.java)

    /** False where the user has not chosen Cairn in the developer options. */
    @Suppress("DEPRECATION") // The form for all versions; the newer one is of API 31.
    fun start(): Boolean = try {
        locations.addTestProvider(
            LocationManager.NETWORK_PROVIDER,
            false,
            false,
            false,
            false,
            false,
            false,
            false,
            Criteria.POWER_LOW,
            Criteria.ACCURACY_COARSE,
        )
        locations.setTestProviderEnabled(LocationManager.NETWORK_PROVIDER, true)
        true
    } catch (_: SecurityException) {
        false
    }

    /** Android's accuracy of a location is the radius of 68 %. */
    fun publish(position: Position) = locations.setTestProviderLocation(
        LocationManager.NETWORK_PROVIDER,
        Location(LocationManager.NETWORK_PROVIDER).apply {
            latitude = position.lat
            longitude = position.lon
            accuracy = position.r68M.toFloat()
            time = System.currentTimeMillis()
            elapsedRealtimeNanos = SystemClock.elapsedRealtimeNanos()
        },
    )

    /** Gives the network position back to the phone. */
    fun stop() = try {
        locations.removeTestProvider(LocationManager.NETWORK_PROVIDER)
    } catch (_: SecurityException) {
        // Another app was chosen meanwhile: Android has removed it then.
    } catch (_: IllegalArgumentException) {
        // It was never added.
    }
}
