// A view into a temporary would outlive what it looks at: it must not compile. Overload resolution sees a deleted
// function as an invalid expression, so a concept can say so here and the rest of the program still compiles.
#include <gtest/gtest.h>

#include <utility>

#include "base/mapped_file.h"
#include "math/mat.h"

namespace limn {
namespace {

template <class T>
concept has_view = requires(T&& owner) {
  std::forward<T>(owner).view();
};
template <class T>
concept has_bytes = requires(T&& owner) {
  std::forward<T>(owner).bytes();
};
template <class T, class V>
concept converts = requires(T&& owner, void (&take)(V)) {
  take(std::forward<T>(owner));
};

TEST(Lifetime, AViewOfAMatrixNeedsAMatrixThatLives) {
  EXPECT_TRUE(has_view<Mat&>);
  EXPECT_TRUE(has_view<const Mat&>);
  EXPECT_FALSE(has_view<Mat>);
  EXPECT_TRUE((converts<Mat&, View>));
  EXPECT_TRUE((converts<const Mat&, ConstView>));
  EXPECT_FALSE((converts<Mat, View>));
  EXPECT_FALSE((converts<Mat, ConstView>));
}

TEST(Lifetime, TheBytesOfAMappedFileNeedAFileThatLives) {
  EXPECT_TRUE(has_bytes<MappedFile&>);
  EXPECT_TRUE(has_bytes<const MappedFile&>);
  EXPECT_FALSE(has_bytes<MappedFile>);
}

TEST(Lifetime, AConstViewDoesNotBecomeAView) {
  EXPECT_TRUE((converts<View, ConstView>));
  EXPECT_FALSE((converts<ConstView, View>));
  EXPECT_FALSE((converts<const Mat&, View>));
}

}  // namespace
}  // namespace limn
