package io.bartizan.spring;

/** {@link PlansContract} in Spring MVC on Tomcat. */
class PlansIT extends PlansContract {

  PlansIT() {
    super(Web.MVC);
  }

  @Override
  Class<?> reports() {
    return Reports.class;
  }
}
