package org.rustls.platformverifier

import java.io.File
import java.security.KeyStore
import java.security.cert.CertPathValidator
import java.security.cert.CertPathValidatorException
import java.security.cert.CertificateException
import java.security.cert.CertificateFactory
import java.security.cert.PKIXParameters
import java.security.cert.TrustAnchor
import java.security.cert.X509Certificate
import java.util.Date
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

/** What is answered about good, expired, foreign and misused certificates, made on the spot by the JDK's keytool. */
@RunWith(RobolectricTestRunner::class)
class CertificateVerifierTest {
    @get:Rule val folder = TemporaryFolder()

    private val store by lazy { folder.root.resolve("keys") }

    @Test fun theCoreFindsTheFunctionUnderItsNameAndSignature() {
        val found = CertificateVerifier::class.java.getMethod(
            "verifyCertificateChain",
            android.content.Context::class.java,
            String::class.java,
            String::class.java,
            Array<String>::class.java,
            ByteArray::class.java,
            Long::class.java,
            Array<ByteArray>::class.java,
        )
        assertEquals(VerificationResult::class.java, found.returnType)
        assertTrue(java.lang.reflect.Modifier.isStatic(found.modifiers))
        assertEquals(Int::class.java, VerificationResult::class.java.getDeclaredField("code").type)
        assertEquals(String::class.java, VerificationResult::class.java.getDeclaredField("message").type)
    }

    @Test fun aCertificateOfATrustedRootForServersIsTrusted() {
        root()
        leaf("good", "-ext", "eku=serverAuth")
        leaf("any")
        assertEquals(VerificationResult.OK, ask("good").code)
        assertEquals(VerificationResult.OK, ask("any").code)
    }

    @Test fun aCertificateForSomethingElseIsNot() {
        root()
        leaf("mail", "-ext", "eku=emailProtection")
        assertEquals(VerificationResult.INVALID_EXTENSION, ask("mail").code)
    }

    @Test fun oneThatIsTooOldOrTooNewIsNot() {
        root()
        leaf("old", "-ext", "eku=serverAuth")
        val years = 20 * 365 * 86_400_000L
        assertEquals(VerificationResult.EXPIRED, ask("old", Date(System.currentTimeMillis() + years)).code)
        assertEquals(VerificationResult.EXPIRED, ask("old", Date(System.currentTimeMillis() - years)).code)
    }

    @Test fun oneOfAnUnknownRootIsNotAndSaysSo() {
        root()
        keytool("-genkeypair", "-alias", "stranger", "-dname", "CN=stranger", "-validity", "3650")
        val answer = ask("stranger")
        assertEquals(VerificationResult.UNKNOWN, answer.code)
        // The core reads it without looking whether it is there.
        assertNotNull(answer.message)
    }

    @Test fun bytesThatAreNoCertificateAreNot() =
        assertEquals(VerificationResult.INVALID_ENCODING, verify(arrayOf(byteArrayOf(1, 2, 3)), Date()).code)

    private fun root() = keytool("-genkeypair", "-alias", "root", "-dname", "CN=root", "-validity", "3650", "-ext", "bc:c")

    private fun leaf(alias: String, vararg extensions: String) {
        keytool("-genkeypair", "-alias", alias, "-dname", "CN=$alias", "-validity", "3650")
        val (request, signed) = folder.root.resolve("$alias.csr") to folder.root.resolve("$alias.pem")
        keytool("-certreq", "-alias", alias, "-file", request.path)
        keytool("-gencert", "-alias", "root", "-infile", request.path, "-outfile", signed.path, "-validity", "3650", *extensions)
        keytool("-importcert", "-noprompt", "-alias", alias, "-file", signed.path)
    }

    private fun ask(alias: String, now: Date = Date()): VerificationResult = verify(arrayOf(certificate(alias).encoded), now)

    private fun verify(chain: Array<ByteArray>, now: Date) =
        CertificateVerifier.verify(::trustRoot, "localhost", "RSA", setOf("1.3.6.1.5.5.7.3.1"), null, now, chain)

    /** What Android's trust manager does, with one root. */
    @Suppress("UNUSED_PARAMETER")
    private fun trustRoot(chain: Array<X509Certificate>, authType: String, host: String): List<X509Certificate> {
        val root = certificate("root")
        val path = CertificateFactory.getInstance("X.509").generateCertPath(chain.toList())
        try {
            val parameters = PKIXParameters(setOf(TrustAnchor(root, null))).apply { isRevocationEnabled = false }
            CertPathValidator.getInstance("PKIX").validate(path, parameters)
        } catch (e: CertPathValidatorException) {
            throw CertificateException(e)
        }
        return chain.toList() + root
    }

    private fun certificate(alias: String): X509Certificate = KeyStore.getInstance("PKCS12").run {
        store.inputStream().use { load(it, PASSWORD.toCharArray()) }
        getCertificate(alias) as X509Certificate
    }

    private fun keytool(vararg arguments: String) {
        val program = File(System.getProperty("java.home"), "bin/keytool").path
        val key = if (arguments.first() == "-genkeypair") listOf("-keyalg", "EC", "-groupname", "secp256r1") else emptyList()
        val command = listOf(program, *arguments) + key + listOf("-keystore", store.path, "-storepass", PASSWORD, "-storetype", "PKCS12")
        val process = ProcessBuilder(command).redirectErrorStream(true).start()
        val said = process.inputStream.bufferedReader().readText()
        check(process.waitFor() == 0) { said }
    }

    private companion object {
        const val PASSWORD = "only-a-test"
    }
}
