package app.cairn.data

import android.content.Context
import androidx.datastore.core.DataStore
import androidx.datastore.preferences.core.PreferenceDataStoreFactory
import androidx.datastore.preferences.core.Preferences
import androidx.datastore.preferences.core.booleanPreferencesKey
import androidx.datastore.preferences.core.doublePreferencesKey
import androidx.datastore.preferences.core.edit
import androidx.datastore.preferences.core.intPreferencesKey
import androidx.datastore.preferences.core.stringPreferencesKey
import androidx.datastore.preferences.preferencesDataStoreFile
import app.cairn.core.CollectingSettings
import app.cairn.core.VaultPlace
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.map

/** What the user chose in the app; services, zones and lists are the core's to keep. */
data class Choices(
    /** The user has read what is collected and has agreed. Nothing is collected or sent before. */
    val consented: Boolean = false,
    /** The user's last word was start: it holds over a reboot, an update and a killed process. */
    val collecting: Boolean = false,
    /** The user is having a break: it holds as long. */
    val resting: Boolean = false,
    val wifi: Boolean = true,
    val cells: Boolean = true,
    val beacons: Boolean = true,
    val wifiEveryMetres: Double = 50.0,
    val wifiUnthrottled: Boolean = false,
    val pauseWhenStill: Boolean = true,
    val batteryLowPercent: Int = 15,
    val pauseInPowerSave: Boolean = true,
    /** Whether other apps may start and stop collecting by intents. */
    val automation: Boolean = false,
    /** Whether other apps with the permission for it are told where the phone is. */
    val shareEstimates: Boolean = false,
    /** A `.map` file the user has picked, as a path of the app's own. */
    val mapFile: String? = null,
    /** A raster tile address with {z}, {x} and {y}; nothing is fetched without. */
    val tileUrl: String? = null,
    /** Reports that every service has taken are deleted after an upload. */
    val pruneSent: Boolean = false,
    val dynamicColour: Boolean = true,
    /** Where one's own service keeps the backup; its password stands nowhere. */
    val vault: VaultPlace? = null,
    /** Whether the service is known to have it: a first try may not have come through, and is made again with the same id. */
    val vaultBegun: Boolean = false,
) {
    /** What of it the supervisor decides by. */
    fun collectingSettings() = CollectingSettings(
        wifiEveryM = wifiEveryMetres.takeIf { wifi },
        cellsEveryM = CELLS_EVERY_METRES.takeIf { cells },
        beacons = beacons,
        wifiUnthrottled = wifiUnthrottled,
        stillAfterS = STILL_AFTER_SECONDS.takeIf { pauseWhenStill },
        batteryLowPercent = batteryLowPercent.takeIf { it > 0 }?.toUByte(),
        pauseInPowerSave = pauseInPowerSave,
    )

    private companion object {
        /** As the core's own defaults say; a test compares them. */
        const val CELLS_EVERY_METRES = 120.0
        const val STILL_AFTER_SECONDS = 120L
    }
}

/** Keeps [Choices]. */
class Settings(context: Context) {
    private val store: DataStore<Preferences> =
        PreferenceDataStoreFactory.create { context.preferencesDataStoreFile("settings") }

    val choices: Flow<Choices> = store.data.map(::read)

    suspend fun now(): Choices = choices.first()

    suspend fun change(change: (Choices) -> Choices) {
        store.edit { stored ->
            val to = change(read(stored))
            stored[CONSENTED] = to.consented
            stored[COLLECTING] = to.collecting
            stored[RESTING] = to.resting
            stored[WIFI] = to.wifi
            stored[CELLS] = to.cells
            stored[BEACONS] = to.beacons
            stored[WIFI_EVERY] = to.wifiEveryMetres
            stored[UNTHROTTLED] = to.wifiUnthrottled
            stored[STILL] = to.pauseWhenStill
            stored[BATTERY] = to.batteryLowPercent
            stored[POWER_SAVE] = to.pauseInPowerSave
            stored[AUTOMATION] = to.automation
            stored[SHARE] = to.shareEstimates
            stored[PRUNE] = to.pruneSent
            stored[DYNAMIC] = to.dynamicColour
            stored[VAULT_BEGUN] = to.vaultBegun
            stored[VAULT_HTTP] = to.vault?.allowHttp ?: false
            val texts =
                listOf(MAP_FILE to to.mapFile, TILE_URL to to.tileUrl, VAULT_URL to to.vault?.url, VAULT_ID to to.vault?.id)
            texts.forEach { (key, text) -> if (text == null) stored.remove(key) else stored[key] = text }
        }
    }

    private fun read(stored: Preferences): Choices {
        val usual = Choices()
        return Choices(
            consented = stored[CONSENTED] ?: usual.consented,
            collecting = stored[COLLECTING] ?: usual.collecting,
            resting = stored[RESTING] ?: usual.resting,
            wifi = stored[WIFI] ?: usual.wifi,
            cells = stored[CELLS] ?: usual.cells,
            beacons = stored[BEACONS] ?: usual.beacons,
            wifiEveryMetres = stored[WIFI_EVERY] ?: usual.wifiEveryMetres,
            wifiUnthrottled = stored[UNTHROTTLED] ?: usual.wifiUnthrottled,
            pauseWhenStill = stored[STILL] ?: usual.pauseWhenStill,
            batteryLowPercent = stored[BATTERY] ?: usual.batteryLowPercent,
            pauseInPowerSave = stored[POWER_SAVE] ?: usual.pauseInPowerSave,
            automation = stored[AUTOMATION] ?: usual.automation,
            shareEstimates = stored[SHARE] ?: usual.shareEstimates,
            mapFile = stored[MAP_FILE],
            tileUrl = stored[TILE_URL],
            pruneSent = stored[PRUNE] ?: usual.pruneSent,
            dynamicColour = stored[DYNAMIC] ?: usual.dynamicColour,
            vault = vault(stored),
            vaultBegun = stored[VAULT_BEGUN] ?: usual.vaultBegun,
        )
    }

    private fun vault(stored: Preferences): VaultPlace? {
        val url = stored[VAULT_URL] ?: return null
        return VaultPlace(url, stored[VAULT_ID] ?: return null, stored[VAULT_HTTP] ?: false)
    }

    private companion object {
        val CONSENTED = booleanPreferencesKey("consented")
        val COLLECTING = booleanPreferencesKey("collecting")
        val RESTING = booleanPreferencesKey("resting")
        val WIFI = booleanPreferencesKey("wifi")
        val CELLS = booleanPreferencesKey("cells")
        val BEACONS = booleanPreferencesKey("beacons")
        val WIFI_EVERY = doublePreferencesKey("wifi_every_m")
        val UNTHROTTLED = booleanPreferencesKey("wifi_unthrottled")
        val STILL = booleanPreferencesKey("pause_when_still")
        val BATTERY = intPreferencesKey("battery_low_percent")
        val POWER_SAVE = booleanPreferencesKey("pause_in_power_save")
        val AUTOMATION = booleanPreferencesKey("automation")
        val SHARE = booleanPreferencesKey("share_estimates")
        val PRUNE = booleanPreferencesKey("prune_sent")
        val DYNAMIC = booleanPreferencesKey("dynamic_colour")
        val MAP_FILE = stringPreferencesKey("map_file")
        val TILE_URL = stringPreferencesKey("tile_url")
        val VAULT_URL = stringPreferencesKey("vault_url")
        val VAULT_ID = stringPreferencesKey("vault_id")
        val VAULT_HTTP = booleanPreferencesKey("vault_http")
        val VAULT_BEGUN = booleanPreferencesKey("vault_begun")
    }
}
