// What common/http is compared with: Pistache's own HTTP layer and router, one thread, the same
// answer.

#include <cstdlib>
#include <pistache/endpoint.h>
#include <pistache/router.h>
#include <string>

int main(int argc, char** argv) {
  const std::uint16_t port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 9080);
  static const std::string kBody =
      R"({"id":"wh_01h455vb4pex5vsknk084sn02q","contract_id":"CTR-1001","url":"https://partner.example/hooks","event_types":["flight_delay.status_changed"],"status":"active","delivery_order":"by_subject","version":3})";
  Pistache::Rest::Router router;
  Pistache::Rest::Routes::Get(
      router, "/json", [](const Pistache::Rest::Request&, Pistache::Http::ResponseWriter response) {
        response.headers().add<Pistache::Http::Header::ContentType>(MIME(Application, Json));
        // Else it says "Close" to a client that does not ask for keep-alive, and what is measured
        // is connecting.
        response.headers().remove<Pistache::Http::Header::Connection>();
        response.headers().add<Pistache::Http::Header::Connection>(
            Pistache::Http::ConnectionControl::KeepAlive);
        response.send(Pistache::Http::Code::Ok, kBody);
        return Pistache::Rest::Route::Result::Ok;
      });
  Pistache::Http::Endpoint endpoint(Pistache::Address("127.0.0.1", Pistache::Port(port)));
  endpoint.init(Pistache::Http::Endpoint::options().threads(1).flags(
      Pistache::Tcp::Options::ReuseAddr | Pistache::Tcp::Options::NoDelay));
  endpoint.setHandler(router.handler());
  endpoint.serve();
}
