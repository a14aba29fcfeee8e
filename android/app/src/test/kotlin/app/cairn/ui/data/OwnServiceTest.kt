package app.cairn.ui.data

import android.content.Intent
import androidx.compose.ui.test.assertIsNotEnabled
import androidx.compose.ui.test.hasSetTextAction
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.junit4.v2.createEmptyComposeRule
import androidx.compose.ui.test.onAllNodesWithText
import androidx.compose.ui.test.onLast
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import androidx.compose.ui.test.performTextReplacement
import androidx.test.core.app.ActivityScenario
import androidx.work.testing.WorkManagerTestInitHelper
import app.cairn.R
import app.cairn.Service
import app.cairn.app
import app.cairn.core.BackupKey
import app.cairn.core.CoreException
import app.cairn.core.ServiceTrouble
import app.cairn.core.VaultPlace
import app.cairn.data.Choices
import app.cairn.ui.MainActivity
import app.cairn.ui.Place
import app.cairn.ui.parts.failureText
import app.cairn.waitUntil
import app.cairn.walk
import java.io.File
import kotlinx.coroutines.runBlocking
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNotEquals
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.annotation.Config

/** A backup on one's own service, by the screens alone. In wider windows a dialog with a text field never rests (robolectric#8460). */
@RunWith(RobolectricTestRunner::class)
@Config(qualifiers = "w320dp-h720dp-xhdpi")
class OwnServiceTest {
    @get:Rule val compose = createEmptyComposeRule()

    @Before fun aPhoneThatHasCollected() {
        WorkManagerTestInitHelper.initializeTestWorkManager(app)
        runBlocking {
            app.settings.change { it.copy(consented = true) }
            app.core.walk(30)
        }
    }

    @Test fun fromOnePhoneToTheServiceAndFromThereToANewOne() = withService { service ->
        val before = runBlocking { app.core.numbers().reports }
        open(Place.DATA) {
            press(R.string.vault_begin)
            type(R.string.service_url, service.url)
            type(R.string.password, PASSWORD)
            type(R.string.password_again, PASSWORD)
            // Nothing goes there unencrypted before the user has said so.
            compose.onAllNodesWithText(app.getString(R.string.vault_store)).onLast().assertIsNotEnabled()
            press(R.string.allow_http)
            press(R.string.vault_store)
            await(R.string.recovery_code)
            press(R.string.recovery_kept)
            compose.onNodeWithText(place()!!.id.replace('-', ' ')).performScrollTo()
        }
        val place = place()!!
        assertTrue(kept().vaultBegun)

        // A new phone has nothing of it.
        runBlocking {
            app.core.erase()
            app.settings.change { Choices() }
        }
        open(null) {
            press(R.string.vault_have)
            type(R.string.service_url, service.url)
            press(R.string.allow_http)
            type(R.string.vault_id, place.id.lowercase())
            type(R.string.password, "another password")
            press(R.string.vault_restore)
            await(app.getString(R.string.trouble_password))
            press(R.string.vault_have)
            type(R.string.service_url, service.url)
            press(R.string.allow_http)
            type(R.string.vault_id, place.id)
            type(R.string.password, PASSWORD)
            press(R.string.vault_restore)
            // The answer comes back on the main thread, which Compose leaves alone while it waits.
            waitUntil("the backup") { kept().vaultBegun }
            assertEquals(before, runBlocking { app.core.numbers().reports })
        }
        assertEquals(place, place())
        assertTrue("nothing is agreed to by restoring", !kept().consented)
    }

    @Test fun aFirstTryThatFailsIsMadeAgainWithTheSameId() {
        val model = DataViewModel(app)
        model.beginVault("http://127.0.0.1:1", allowHttp = true, PASSWORD)
        waitUntil("the failure") { model.failure.value != null }
        assertEquals(failureText(app.resources, CoreException.Service(ServiceTrouble.UNREACHABLE)), model.failure.value)
        val first = place()!!
        assertTrue(!kept().vaultBegun)
        withService { service ->
            model.beginVault(service.url, allowHttp = true, PASSWORD)
            waitUntil("the backup") { model.isDone() && model.state.value.isVaultBegun }
            assertEquals(first.id, place()!!.id)
            assertEquals(first.id, model.state.value.secrets!!.vaultId)

            model.forgetSecrets()
            model.storeInVault(PASSWORD)
            waitUntil("the second backup") { model.isDone() }
            assertNull(model.state.value.secrets)
            model.rekeyVault(BackupKey.Typed(PASSWORD), "another horse entirely")
            waitUntil("the new code") { model.isDone() && model.state.value.secrets != null }
            model.storeInVault(PASSWORD)
            waitUntil("the old password's end") { model.failure.value != null }
            assertEquals(app.getString(R.string.trouble_password), model.failure.value)
        }
        model.forgetVault()
        waitUntil("nothing remembered") { model.state.value.vault == null }
        assertNull(place())
        assertNotEquals(first.id, runBlocking { app.core.freshVaultId() })
    }

    /** One thing is done at a time: what is asked meanwhile is not heard. */
    private fun DataViewModel.isDone() = state.value.doing == null && state.value.done != null

    private fun withService(test: (Service) -> Unit) = Service(vaults = File(app.cacheDir, "vaults")).use(test)

    private fun kept() = runBlocking { app.settings.now() }

    private fun place(): VaultPlace? = kept().vault

    private fun open(place: Place?, test: () -> Unit) {
        val intent = Intent(app, MainActivity::class.java).putExtra(MainActivity.PLACE, place?.name)
        ActivityScenario.launch<MainActivity>(intent).use {
            compose.waitForIdle()
            test()
        }
    }

    private fun press(text: Int) {
        await(text)
        compose.onAllNodesWithText(app.getString(text)).onLast().run {
            // What stands at the bottom of a dialog cannot be scrolled.
            runCatching { performScrollTo() }
            performClick()
        }
        compose.waitForIdle()
    }

    private fun type(label: Int, text: String) {
        compose.onNode(hasSetTextAction() and hasText(app.getString(label))).performTextReplacement(text)
        compose.waitForIdle()
    }

    private fun await(text: Int) = await(app.getString(text))

    private fun await(text: String) =
        compose.waitUntil(10_000) { compose.onAllNodesWithText(text).fetchSemanticsNodes().isNotEmpty() }

    private companion object {
        const val PASSWORD = "correct horse battery"
    }
}
