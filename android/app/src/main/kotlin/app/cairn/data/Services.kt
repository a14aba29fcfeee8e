package app.cairn.data

import app.cairn.core.ServiceChoice
import app.cairn.core.ServiceProtocol
import java.net.URI

/** A service with the careful choices. */
fun serviceAt(url: String) = ServiceChoice(
    url = url,
    key = null,
    protocol = if (hostOf(url).endsWith("beacondb.net")) ServiceProtocol.BEACON_DB else ServiceProtocol.OPEN,
    fullMetadata = false,
    allowHttp = false,
    unmeteredOnly = true,
    chargingOnly = false,
    roaming = false,
    enabled = true,
)

/** The open service that most phones without Google ask. */
const val BEACON_DB = "https://api.beacondb.net"

/** The name by which people know a service. */
fun hostOf(url: String): String = runCatching { URI(url).host }.getOrNull() ?: url
