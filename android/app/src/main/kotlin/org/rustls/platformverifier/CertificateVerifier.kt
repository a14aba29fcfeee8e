package org.rustls.platformverifier

import android.content.Context
import android.net.http.X509TrustManagerExtensions
import java.io.ByteArrayInputStream
import java.security.KeyStore
import java.security.cert.CertPathValidator
import java.security.cert.CertPathValidatorException
import java.security.cert.CertificateException
import java.security.cert.CertificateExpiredException
import java.security.cert.CertificateFactory
import java.security.cert.CertificateNotYetValidException
import java.security.cert.CertificateParsingException
import java.security.cert.PKIXParameters
import java.security.cert.PKIXRevocationChecker
import java.security.cert.TrustAnchor
import java.security.cert.X509Certificate
import java.util.Date
import javax.net.ssl.TrustManagerFactory
import javax.net.ssl.X509TrustManager

/** What the core's TLS (the crate rustls-platform-verifier 0.7) reads of an answer: it looks at both fields by name. */
class VerificationResult(@JvmField val code: Int, @JvmField val message: String? = null) {
    companion object {
        // The numbers are the crate's (`VerifierStatus` in its verification/android.rs).
        const val OK = 0
        const val UNAVAILABLE = 1
        const val EXPIRED = 2
        const val UNKNOWN = 3
        const val REVOKED = 4
        const val INVALID_ENCODING = 5
        const val INVALID_EXTENSION = 6
    }
}

/** Checks a service's certificates against a host's; answers the whole chain up to the root it trusts. */
internal fun interface Trust {
    @Throws(CertificateException::class)
    fun check(chain: Array<X509Certificate>, authType: String, host: String): List<X509Certificate>
}

/**
 * Asks Android whether a service's certificates are to be trusted. Only the core calls it, through JNI by this name and
 * signature: Rust has no way to the phone's trust store.
 */
object CertificateVerifier {
    /** [time] in ms since 1970. Names of hosts are compared by the core afterwards. */
    @JvmStatic
    @Suppress("UNUSED_PARAMETER", "LongParameterList") // As the core calls it.
    fun verifyCertificateChain(
        context: Context,
        serverName: String,
        authType: String,
        allowedEkus: Array<String>,
        ocspResponse: ByteArray?,
        time: Long,
        certChain: Array<ByteArray>,
    ): VerificationResult {
        val trust = systemTrust() ?: return VerificationResult(VerificationResult.UNAVAILABLE)
        return verify(trust, serverName, authType, allowedEkus.toSet(), ocspResponse, Date(time), certChain)
    }

    internal fun verify(
        trust: Trust,
        host: String,
        authType: String,
        allowedUsages: Set<String>,
        ocspResponse: ByteArray?,
        now: Date,
        encoded: Array<ByteArray>,
    ): VerificationResult {
        val chain = try {
            encoded.map(::decode).toTypedArray()
        } catch (_: CertificateException) {
            return VerificationResult(VerificationResult.INVALID_ENCODING)
        }
        return try {
            val leaf = chain.first()
            leaf.checkValidity(now)
            val trusted = trust.check(chain, authType, host)
            when {
                !isForServers(leaf, allowedUsages) -> VerificationResult(VerificationResult.INVALID_EXTENSION)
                ocspResponse != null && isRevoked(trusted, ocspResponse) ->
                    VerificationResult(VerificationResult.REVOKED, "the certificate was revoked")
                else -> VerificationResult(VerificationResult.OK)
            }
        } catch (_: CertificateParsingException) {
            VerificationResult(VerificationResult.INVALID_ENCODING)
        } catch (e: CertificateException) {
            val causes = generateSequence<Throwable>(e) { it.cause }
            val isDate = causes.any { it is CertificateExpiredException || it is CertificateNotYetValidException }
            VerificationResult(if (isDate) VerificationResult.EXPIRED else VerificationResult.UNKNOWN, e.javaClass.simpleName)
        }
    }

    /** Made for each connection: the user may change what the phone trusts while the app runs. */
    private fun systemTrust(): Trust? {
        val factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm())
        factory.init(null as KeyStore?)
        val manager = factory.trustManagers.filterIsInstance<X509TrustManager>().firstOrNull() ?: return null
        return Trust(X509TrustManagerExtensions(manager)::checkServerTrusted)
    }

    private fun decode(encoded: ByteArray) =
        CertificateFactory.getInstance("X.509").generateCertificate(ByteArrayInputStream(encoded)) as X509Certificate

    /** A certificate that names no usage may be used for anything. */
    private fun isForServers(leaf: X509Certificate, allowed: Set<String>): Boolean =
        leaf.extendedKeyUsage?.any(allowed::contains) ?: true

    /**
     * By the answer that the service itself sent along: asking the authority would tell it whom the phone talks to. An answer
     * that cannot be used decides nothing, as in browsers.
     */
    private fun isRevoked(trusted: List<X509Certificate>, ocspResponse: ByteArray): Boolean {
        val leaf = trusted.first()
        if (trusted.size < 2) return false
        val validator = CertPathValidator.getInstance("PKIX")
        val checker = validator.revocationChecker as PKIXRevocationChecker
        checker.options = setOf(PKIXRevocationChecker.Option.SOFT_FAIL, PKIXRevocationChecker.Option.ONLY_END_ENTITY)
        checker.ocspResponses = mapOf(leaf to ocspResponse)
        val parameters = PKIXParameters(setOf(TrustAnchor(trusted.last(), null)))
        parameters.isRevocationEnabled = false
        parameters.addCertPathChecker(checker)
        val path = CertificateFactory.getInstance("X.509").generateCertPath(trusted.dropLast(1))
        return try {
            validator.validate(path, parameters)
            false
        } catch (e: CertPathValidatorException) {
            e.reason == CertPathValidatorException.BasicReason.REVOKED
        }
    }
}
