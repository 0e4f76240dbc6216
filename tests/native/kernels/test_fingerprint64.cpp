// Known answers of TensorFlow for Fingerprint64; the random comparison lives in tests/properties.
#include "kernels/fingerprint64.hpp"

#include <string_view>

#include "check.hpp"

int main() {
    using colonnade::fingerprint64;
    const auto of = [](std::string_view text) { return fingerprint64(text.data(), text.size()); };
    CHECK(of("") == 11160318154034397263u);
    CHECK(of("a") == 12917804110809363939u);
    CHECK(of("omar") == 3378277989609990986u);
    CHECK(of("heisenberg") == 708399357896968659u);
    CHECK(of("\xE6\x97\xA5\xE6\x9C\xAC") == 5676833963740711883u);
    CHECK(colonnade::fingerprint64_of_decimal(-1) == of("-1"));
    CHECK(colonnade::fingerprint64_of_decimal(INT64_MIN) == of("-9223372036854775808"));
    return failures();
}
