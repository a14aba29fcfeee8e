package app.cairn.data

import android.content.Intent
import android.net.Uri
import app.cairn.app
import app.cairn.freshCore
import app.cairn.samples
import java.io.File
import kotlinx.coroutines.runBlocking
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf

/** What other programs write can be handed to the app, and comes in. */
@RunWith(RobolectricTestRunner::class)
class ForeignFilesTest {
    @Test fun everySampleOfEveryFormatComesInThroughAnotherAppsFile() = runBlocking {
        val files = samples("exchange").listFiles().orEmpty().sorted()
        val formats = "wigle-1 wigle-site track geosubmit neostumbler. neostumbler- tower mls microg kismet- kismet.".split(' ')
        formats.forEach { format -> assertTrue(format, files.any { it.name.startsWith(format) }) }
        files.forEach { file ->
            // To each its own: some samples are another one that has grown, or is packed, and would be known again.
            val core = app.freshCore(file.name)
            val result = app.files.read(shared(file)) { copy -> core.importFile(copy, false) {} }
            assertTrue("${file.name}: $result", result.rows > 0uL)
            assertTrue(app.files.read(shared(file)) { copy -> core.importFile(copy, false) {} }.nothingNew)
            core.close()
        }
    }

    /** Another app offers the file through a stream; a name it has not. */
    private fun shared(file: File): Uri {
        val uri = Uri.parse("content://files/${file.name.hashCode()}")
        shadowOf(app.contentResolver).registerInputStream(uri, file.inputStream())
        return uri
    }

    @Test fun cairnIsOfferedForEveryKindOfFileThatItReads() {
        // As file managers and mail programs call them; what they do not know, they call octets.
        val types = listOf(
            "text/csv", "text/comma-separated-values", "text/plain", "application/json", "application/geo+json", "application/gpx+xml",
            "application/xml", "text/xml", "application/vnd.google-earth.kml+xml", "application/vnd.google-earth.kmz", "application/zip",
            "application/gzip", "application/x-gzip", "application/zstd", "application/vnd.sqlite3", "application/x-sqlite3",
            "application/octet-stream",
        )
        val file = Uri.parse("content://files/1")
        types.forEach { type ->
            assertTrue("open $type", isOffered(Intent(Intent.ACTION_VIEW).setDataAndType(file, type)))
            listOf(Intent.ACTION_SEND, Intent.ACTION_SEND_MULTIPLE).forEach { action ->
                assertTrue("$action $type", isOffered(Intent(action).setType(type)))
            }
        }
        assertTrue(isOffered(Intent(Intent.ACTION_SEND_MULTIPLE).setType("*/*")))
        assertEquals(false, isOffered(Intent(Intent.ACTION_SEND).setType("image/png")))
        assertEquals(false, isOffered(Intent(Intent.ACTION_VIEW, Uri.parse("https://example.org/a.csv"))))
    }

    private fun isOffered(intent: Intent) =
        app.packageManager.queryIntentActivities(intent.addCategory(Intent.CATEGORY_DEFAULT), 0).any {
            it.activityInfo.packageName ==
                app.packageName
        }
}
