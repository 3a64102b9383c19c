package io.bartizan.spring;

/** {@link WebhooksContract} in Spring MVC on Tomcat. */
class WebhooksIT extends WebhooksContract {

  WebhooksIT() {
    super(Web.MVC);
  }
}
