package app.cairn.core

import app.cairn.Between
import app.cairn.Service
import app.cairn.app
import app.cairn.freshCore
import app.cairn.walk
import java.io.File
import java.io.IOException
import java.security.MessageDigest
import java.time.LocalDate
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNotEquals
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertNull
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

/** A backup on a real service on loopback, and what stands in the way of one. */
@RunWith(RobolectricTestRunner::class)
class VaultTest {
    private val core = app.freshCore("vault-test.db")
    private val folder = File(app.cacheDir, "vaults")
    private val service = Service(vaults = folder)
    private val between = Between(service.url)
    private lateinit var place: VaultPlace

    @Before fun aPhoneWithSomethingToLose() = runBlocking {
        core.walk(30)
        place = VaultPlace(between.url, core.freshVaultId(), false)
    }

    @After fun theEnd() {
        between.close()
        service.close()
    }

    @Test fun aNewPhoneNeedsTheAddressTheIdAndThePasswordAndNothingElse() = runBlocking {
        val stored = core.storeBackup(place, PASSWORD, mayBegin = true) {}
        assertEquals(core.numbers().reports, stored.reports)
        assertNotNull(stored.recoveryCode)
        val other = app.freshCore("new-phone.db")
        val typed = place.copy(id = place.id.lowercase().replace("-", " "))
        assertEquals(stored.reports, other.fetchBackup(typed, BackupKey.Typed(PASSWORD)) {}.reports)
        assertEquals(totals(core), totals(other))
        // Again, by the other key, and nothing counts twice.
        other.fetchBackup(place, BackupKey.Printed(stored.recoveryCode!!)) {}
        assertEquals(totals(core), totals(other))

        other.walk(40)
        assertNull(other.storeBackup(place, PASSWORD, mayBegin = false) {}.recoveryCode)
        core.fetchBackup(place, BackupKey.Typed(PASSWORD)) {}
        assertEquals(totals(other), totals(core))
    }

    @Test fun neitherTheServiceNorWhoListensHasThePasswordOrTheIdOrAName() = runBlocking {
        val code = core.storeBackup(place, PASSWORD, mayBegin = true) {}.recoveryCode!!
        app.freshCore("listener.db").fetchBackup(place, BackupKey.Typed(PASSWORD)) {}
        val kept = folder.walk().filter { it.isFile }.map { it.readText(Charsets.ISO_8859_1) }.joinToString()
        val seen = between.heard.toString(Charsets.ISO_8859_1)
        assertTrue("Bearer" in seen && "CAIRNVLT" in seen && kept.length > 1_000)
        listOf(PASSWORD, place.id, place.id.replace("-", ""), code, "net1", "00:1a:2b").forEach { secret ->
            assertTrue(secret, !seen.contains(secret, ignoreCase = true) && !kept.contains(secret, ignoreCase = true))
        }
    }

    @Test fun aNewPasswordOpensItAndTheOldOneNoLonger() = runBlocking {
        val first = core.storeBackup(place, PASSWORD, mayBegin = true) {}.recoveryCode
        val code = core.rekeyStored(place, BackupKey.Typed(PASSWORD), "another horse entirely") {}
        assertNotEquals(first, code)
        val other = app.freshCore("rekeyed.db")
        assertThrows(CoreException.WrongPassword::class.java) { fetch(other, place, PASSWORD) }
        assertEquals(core.numbers().reports, fetch(other, place, "another horse entirely").reports)
    }

    @Test fun whatIsWrongIsToldApartAndNothingIsTakenIn() {
        runBlocking { core.storeBackup(place, PASSWORD, mayBegin = true) {} }
        val other = app.freshCore("unlucky.db")
        assertThrows(CoreException.WrongPassword::class.java) { fetch(other, place, "correct horse batterz") }
        assertThrows(CoreException.BadInput::class.java) { fetch(other, place.copy(id = "ABCD")) }
        assertThrows(CoreException.BadInput::class.java) { fetch(other, place.copy(url = "http://example.org")) }
        val strange = runBlocking { core.freshVaultId() }
        assertEquals(ServiceTrouble.UNKNOWN, trouble { fetch(other, place.copy(id = strange)) })
        // Nor does a slip in the id make a second vault.
        assertEquals(ServiceTrouble.UNKNOWN, trouble { store(place.copy(id = strange)) })
        between.meddle = { path, body -> if (path.endsWith("/keys")) newer(body) else body }
        assertEquals(2u, assertThrows(CoreException.NewerData::class.java) { fetch(other, place) }.found)
        between.meddle = { path, body -> if (path.endsWith("/keys")) body else body.also { it[it.size - 1]++ } }
        assertTrue("damaged" in assertThrows(CoreException.BadFile::class.java) { fetch(other, place) }.what)
        between.instead = { request ->
            request.responseHeaders.add("Content-Type", "text/html")
            200 to "<html>Welcome to our hotel</html>".toByteArray()
        }
        assertEquals(ServiceTrouble.NOT_A_SERVICE, trouble { fetch(other, place) })
        listOf(429 to ServiceTrouble.LATER, 507 to ServiceTrouble.NO_ROOM, 418 to ServiceTrouble.REFUSED).forEach { (status, why) ->
            between.instead = { status to ByteArray(0) }
            assertEquals(why, trouble { fetch(other, place) })
        }
        between.close()
        assertEquals(ServiceTrouble.UNREACHABLE, trouble { fetch(other, place) })
        assertEquals(0uL, runBlocking { other.numbers().reports })
    }

    @Test fun anotherPhoneThatWasFasterIsNotOverwritten() = runBlocking {
        core.storeBackup(place, PASSWORD, mayBegin = true) {}
        val other = app.freshCore("faster.db")
        other.walk(40)
        // While this phone seals what it sends, the other one stores.
        between.instead = { request ->
            if (request.requestMethod == "PUT") {
                between.instead = { null }
                runBlocking { other.storeBackup(place.copy(url = service.url), PASSWORD, mayBegin = false) {} }
            }
            null
        }
        assertEquals(ServiceTrouble.CHANGED, trouble { store(place) })
        assertEquals(other.numbers().reports, fetch(app.freshCore("third.db"), place).reports)
        assertNull(store(place).recoveryCode)
    }

    @Test fun aFirstTryWhoseAnswerIsLostIsFoundByTheNext() = runBlocking {
        between.meddle = { path, body -> if (path.endsWith("/keys")) body else throw IOException("the connection breaks") }
        assertEquals(ServiceTrouble.UNREACHABLE, trouble { store(place) })
        between.meddle = { _, body -> body }
        assertNull("it was there", core.storeBackup(place, PASSWORD, mayBegin = true) {}.recoveryCode)
    }

    @Test fun whoCancelsASendingLeavesTheServiceWhatItHad() = runBlocking {
        val first = store(place)
        val (arrived, go) = CountDownLatch(1) to CountDownLatch(1)
        between.instead = { request ->
            if (request.requestMethod == "PUT") {
                arrived.countDown()
                go.await(20, TimeUnit.SECONDS)
                503 to ByteArray(0)
            } else {
                null
            }
        }
        val sending = launch(Dispatchers.Default) { core.storeBackup(place, PASSWORD, mayBegin = false) {} }
        assertTrue(arrived.await(20, TimeUnit.SECONDS))
        sending.cancelAndJoin()
        assertEquals(1L, go.count)
        go.countDown()
        between.instead = { null }
        assertEquals(first.reports, fetch(app.freshCore("after.db"), place).reports)
    }

    private fun store(place: VaultPlace) = runBlocking { core.storeBackup(place, PASSWORD, mayBegin = place == this@VaultTest.place) {} }

    private fun fetch(to: Core, place: VaultPlace, password: String = PASSWORD) =
        runBlocking { to.fetchBackup(place, BackupKey.Typed(password)) {} }

    private fun trouble(work: () -> Unit) = assertThrows(CoreException.Service::class.java) { work() }.why

    private suspend fun totals(of: Core) = of.leaderboard(LocalDate.of(2026, 6, 1)).totals

    /** The same key block as of the next version, with a checksum that fits: see schemas/vault. */
    private fun newer(block: ByteArray): ByteArray {
        val fields = block.copyOf(block.size - CHECKSUM).also { it[VERSION_AT] = 2 }
        return fields + MessageDigest.getInstance("SHA-256").digest(fields)
    }

    private companion object {
        const val PASSWORD = "correct horse battery"
        const val CHECKSUM = 32
        const val VERSION_AT = 8
    }
}
