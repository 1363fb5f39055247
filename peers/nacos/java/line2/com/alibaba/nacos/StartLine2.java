package com.alibaba.nacos;

import com.alibaba.nacos.core.code.ControllerMethodsCache;
import com.alibaba.nacos.core.remote.grpc.GrpcClusterServer;
import com.alibaba.nacos.core.remote.grpc.GrpcSdkServer;
import com.alibaba.nacos.plugin.auth.exception.AccessException;
import com.alibaba.nacos.sys.filter.NacosTypeExcludeFilter;
import javax.annotation.PostConstruct;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.AutoConfigurationExcludeFilter;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.TypeExcludeFilter;
import org.springframework.boot.web.servlet.ServletComponentScan;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.context.annotation.FilterType;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.ResponseEntity;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;

/** A 2.x server over HTTP alone. What its unpublished console module would do for authentication is done here. */
@SpringBootApplication
@ComponentScan(
        basePackages = "com.alibaba.nacos",
        excludeFilters = {
            @Filter(type = FilterType.CUSTOM, classes = {NacosTypeExcludeFilter.class, TypeExcludeFilter.class, AutoConfigurationExcludeFilter.class}),
            @Filter(type = FilterType.REGEX, pattern = "com\\.alibaba\\.nacos\\.core\\.remote\\.grpc\\.Grpc(Sdk|Cluster)Server")
        })
@ServletComponentScan
@EnableScheduling
public class StartLine2 {
    @Autowired
    private ControllerMethodsCache known;

    /** Filters check only the controllers that are registered: without this every request passes. */
    @PostConstruct
    void registerControllers() {
        for (String area : new String[] {"core.controller", "naming.controllers", "config.server.controller"}) {
            known.initClassMethod("com.alibaba.nacos." + area);
        }
    }

    /** 2.x opens its gRPC ports on every interface; nothing here needs them. */
    @Bean
    GrpcSdkServer noSdkServer() {
        return new GrpcSdkServer() {
            @Override
            public void startServer() {}

            @Override
            public void shutdownServer() {}
        };
    }

    @Bean
    GrpcClusterServer noClusterServer() {
        return new GrpcClusterServer() {
            @Override
            public void startServer() {}

            @Override
            public void shutdownServer() {}
        };
    }

    /** A refused login is a 403 with its bare text, as the official server answers. */
    @ControllerAdvice
    @Order(Ordered.HIGHEST_PRECEDENCE)
    static class RefusedLogin {
        @ExceptionHandler(AccessException.class)
        ResponseEntity<String> answer(AccessException refused) {
            return ResponseEntity.status(403).body(refused.getErrMsg());
        }
    }

    public static void main(String[] args) {
        SpringApplication.run(StartLine2.class, args);
    }
}
