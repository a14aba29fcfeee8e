package app.cairn.background

import android.location.Location
import android.location.LocationManager
import org.robolectric.annotation.Implementation
import org.robolectric.annotation.Implements
import org.robolectric.shadows.ShadowLocationManager

/** Android's mock locations, which Robolectric's location manager does not have: what is told becomes the provider's position. */
@Implements(LocationManager::class)
class MockedLocations : ShadowLocationManager() {
    @Implementation
    @Suppress("LongParameterList", "UNUSED_PARAMETER") // As Android's.
    fun addTestProvider(
        provider: String,
        network: Boolean,
        satellite: Boolean,
        cell: Boolean,
        cost: Boolean,
        altitude: Boolean,
        speed: Boolean,
        bearing: Boolean,
        power: Int,
        accuracy: Int,
    ) {
        if (!isChosen) throw SecurityException()
    }

    @Implementation
    fun setTestProviderEnabled(provider: String, enabled: Boolean) = setProviderEnabled(provider, enabled)

    @Implementation
    fun setTestProviderLocation(provider: String, location: Location) = simulateLocation(provider, location)

    @Implementation
    fun removeTestProvider(provider: String) = setProviderEnabled(provider, false)

    companion object {
        /** Whether the user has chosen Cairn in the developer options. */
        var isChosen = true
    }
}
