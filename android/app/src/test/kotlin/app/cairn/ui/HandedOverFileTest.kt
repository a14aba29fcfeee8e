package app.cairn.ui

import android.content.Intent
import android.net.Uri
import androidx.compose.ui.test.assertCountEquals
import androidx.compose.ui.test.junit4.v2.createEmptyComposeRule
import androidx.compose.ui.test.onAllNodesWithText
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.test.core.app.ActivityScenario
import androidx.work.testing.WorkManagerTestInitHelper
import app.cairn.R
import app.cairn.app
import kotlinx.coroutines.runBlocking
import org.junit.Assert.assertEquals
import org.junit.Before
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf

/** A file that another app shares is imported once the user has said so, and not before. */
@RunWith(RobolectricTestRunner::class)
class HandedOverFileTest {
    @get:Rule val compose = createEmptyComposeRule()

    private val shared = Uri.parse("content://files/log.csv")

    @Before fun aPhone() {
        WorkManagerTestInitHelper.initializeTestWorkManager(app)
        runBlocking { app.settings.change { it.copy(consented = true) } }
        shadowOf(app.contentResolver).registerInputStream(shared, WIGLE.byteInputStream())
    }

    @Test fun itIsImportedOnceTheUserHasSaidSo() = withShared {
        assertEquals(0uL, heard())
        compose.onNodeWithText(app.getString(R.string.import_it)).performClick()
        compose.waitUntil(10_000) { compose.onAllNodesWithText(app.getString(R.string.imported)).fetchSemanticsNodes().isNotEmpty() }
        assertEquals(2uL, heard())
    }

    @Test fun cancelledItIsNot() = withShared {
        compose.onNodeWithText(app.getString(R.string.cancel)).performClick()
        compose.waitForIdle()
        assertEquals(0uL, heard())
    }

    @Test fun severalAreImportedOneAfterTheOther() {
        val second = Uri.parse("content://files/second.csv")
        shadowOf(app.contentResolver).registerInputStream(second, WIGLE.replace("3c:00", "3c:01").byteInputStream())
        val both = Intent(app, MainActivity::class.java).setAction(Intent.ACTION_SEND_MULTIPLE).setType("text/csv")
            .putParcelableArrayListExtra(Intent.EXTRA_STREAM, arrayListOf(shared, second))
        withShared(both, files = 2) {
            compose.onNodeWithText(app.getString(R.string.import_it)).performClick()
            // Between two files the import comes past the main thread, which only looking at the screen lets go on.
            compose.waitUntil(10_000) { compose.onAllNodesWithText(app.getString(R.string.imported)).fetchSemanticsNodes().size == 2 }
            assertEquals(4uL, heard())
        }
    }

    @Test fun aFileOfTheAppsOwnIsNotTakenByItsPath() {
        val own = Uri.fromFile(app.getDatabasePath("cairn.db"))
        val intent = Intent(app, MainActivity::class.java)
            .setAction(Intent.ACTION_SEND).setType("text/csv").putExtra(Intent.EXTRA_STREAM, own)
        ActivityScenario.launch<MainActivity>(intent).use {
            compose.waitForIdle()
            compose.onAllNodesWithText(question(1)).assertCountEquals(0)
        }
    }

    private fun question(files: Int) = app.resources.getQuantityString(R.plurals.handed_over, files, files)

    private fun withShared(
        intent: Intent = Intent(app, MainActivity::class.java)
            .setAction(Intent.ACTION_SEND).setType("text/csv").putExtra(Intent.EXTRA_STREAM, shared),
        files: Int = 1,
        test: () -> Unit,
    ) {
        ActivityScenario.launch<MainActivity>(intent).use {
            compose.waitUntil(10_000) { compose.onAllNodesWithText(question(files)).fetchSemanticsNodes().isNotEmpty() }
            test()
        }
    }

    private fun heard() = runBlocking { app.core.numbers().raw }

    private companion object {
        const val WIGLE = """WigleWifi-1.4,appRelease=1,model=m,release=1,device=d,display=d,board=b,brand=b
MAC,SSID,AuthMode,FirstSeen,Channel,RSSI,CurrentLatitude,CurrentLongitude,AltitudeMeters,AccuracyMeters,Type
00:1a:2b:3c:00:01,one,[ESS],2026-06-01 12:00:00,1,-60,60.1700,24.9400,10,5,WIFI
00:1a:2b:3c:00:02,two,[ESS],2026-06-01 12:00:00,6,-70,60.1700,24.9400,10,5,WIFI
"""
    }
}
