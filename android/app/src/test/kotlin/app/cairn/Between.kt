package app.cairn

import com.sun.net.httpserver.HttpExchange
import com.sun.net.httpserver.HttpServer
import java.io.ByteArrayOutputStream
import java.io.Closeable
import java.net.HttpURLConnection
import java.net.InetAddress
import java.net.InetSocketAddress
import java.net.URI
import java.util.concurrent.Executors

/** Stands between the app and a service, hears everything and may meddle with it. */
class Between(private val service: String) : Closeable {
    /** Answers a request in the service's place, with a status and a body; null leaves it to the service. */
    @Volatile var instead: (HttpExchange) -> Pair<Int, ByteArray>? = { null }

    /** Makes something else of what the service answers. */
    @Volatile var meddle: (path: String, body: ByteArray) -> ByteArray = { _, body -> body }

    /** Everything that went by, headers included. */
    val heard = ByteArrayOutputStream()

    private val threads = Executors.newCachedThreadPool()
    private val server = HttpServer.create(InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0).apply {
        createContext("/") { exchange -> exchange.use { pass(it) } }
        executor = threads
        start()
    }

    val url = "http://127.0.0.1:${server.address.port}"

    private fun pass(exchange: HttpExchange) {
        val own = instead(exchange)
        if (own != null) {
            exchange.responseHeaders.add("Vault-Max-Bytes", "1000000")
            exchange.answer(own.first, own.second)
            return
        }
        val sent = exchange.requestBody.readBytes()
        val request = URI(service + exchange.requestURI).toURL().openConnection() as HttpURLConnection
        request.requestMethod = exchange.requestMethod
        PASSED.forEach { name -> exchange.requestHeaders.getFirst(name)?.let { request.setRequestProperty(name, it) } }
        if (exchange.requestMethod == "PUT") {
            request.doOutput = true
            request.setFixedLengthStreamingMode(sent.size)
            request.outputStream.use { it.write(sent) }
        }
        val status = request.responseCode
        val answer = if (status >= HttpURLConnection.HTTP_BAD_REQUEST) request.errorStream else request.inputStream
        // An error without a body has no stream.
        val body = answer?.readBytes() ?: ByteArray(0)
        synchronized(heard) { listOf(exchange.requestHeaders.entries.joinToString().toByteArray(), sent, body).forEach(heard::write) }
        PASSED.forEach { name -> request.getHeaderField(name)?.let { exchange.responseHeaders.add(name, it) } }
        exchange.answer(status, meddle(exchange.requestURI.path, body))
    }

    private fun HttpExchange.answer(status: Int, body: ByteArray) {
        sendResponseHeaders(status, if (body.isEmpty()) -1 else body.size.toLong())
        if (body.isNotEmpty()) responseBody.write(body)
    }

    override fun close() {
        server.stop(0)
        threads.shutdownNow()
    }

    private companion object {
        val CONDITIONS = listOf("Authorization", "If-Match", "If-None-Match", "Vault-Key-Token")
        val PASSED = CONDITIONS + listOf("Content-Type", "ETag", "Vault-Version", "Vault-Max-Bytes")
    }
}
